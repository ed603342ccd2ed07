namespace GpuCgan.Host.Data;

/// <summary>MNIST (Y. LeCun, C. Cortes, C. Burges): 60,000 + 10,000 handwritten digits of 28x28. The user's own copy of its four IDX files.</summary>
public static class MnistDataSet
{
    public const string Name = "mnist";

    private static readonly string[] ClassNames = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    public static TrainTestSplit Load(DataFolders folders) => IdxDataSet.Load(Name, ClassNames, folders);
}
