namespace GpuCgan.Host.Data;

/// <summary>Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, MIT): 60,000 + 10,000 articles of clothing of 28x28, in files named as MNIST's.</summary>
public static class FashionMnistDataSet
{
    public const string Name = "fashion-mnist";

    private static readonly string[] ClassNames =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    public static TrainTestSplit Load(DataFolders folders) => IdxDataSet.Load(Name, ClassNames, folders);
}
