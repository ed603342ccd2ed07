namespace GpuCgan.Host.Data;

/// <summary>The two parts of a data set: networks learn from one and are judged on the other.</summary>
public sealed record TrainTestSplit(ImageDataSet Train, ImageDataSet Test)
{
    /// <summary>The share of each class that trains, for data that comes in one part.</summary>
    public const double DefaultTrainFraction = 0.8;

    /// <summary>The seed of that split: fixed, so that runs of different seeds are judged on the same images.</summary>
    public const ulong DefaultSeed = 0;
}
