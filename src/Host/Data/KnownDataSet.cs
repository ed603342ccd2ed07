namespace GpuCgan.Host.Data;

/// <summary>A data set that can be asked for by name.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Description">One line for a list.</param>
/// <param name="Load">Reads both parts, from the folders where its files may lie.</param>
public sealed record KnownDataSet(string Name, string Description, Func<DataFolders, TrainTestSplit> Load);
