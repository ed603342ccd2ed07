namespace GpuCgan.Network.Classification;

/// <summary>Where the training of a classifier stands.</summary>
/// <param name="Done">The share of the steps that is done.</param>
/// <param name="Loss">The mean loss since the last report.</param>
/// <param name="Accuracy">The share of images since then that were read rightly while they trained, moved and with dropout.</param>
public readonly record struct ClassifierProgress(double Done, double Loss, double Accuracy);
