namespace GpuCgan.Host.Data;

/// <summary>Fashion-MNIST (H. Xiao, K. Rasul, R. Vollgraf 2017): 60,000 + 10,000 articles of clothing of 28x28, in files named as MNIST's.</summary>
/// <remarks>
/// Lengths and SHA-256 of the gzip files: TensorFlow Datasets, url_checksums/fashion_mnist.txt; those of the label files were computed again from
/// github.com/zalandoresearch/fashion-mnist, data/fashion, which is the second mirror. The first is Keras's. SHA-256 of the
/// unpacked label files: computed from there; of the unpacked images: four public programs that check them agree (docs/data.md).
/// </remarks>
public static class FashionMnistDataSet
{
    public const string Name = "fashion-mnist";

    public static KnownDataSet Set { get; } = new()
    {
        Name = Name,
        Description = "70,000 articles of clothing, 28x28, four IDX files",
        Licence = "H. Xiao, K. Rasul and R. Vollgraf, Zalando SE, 2017, MIT licence",
        ClassNames = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
        Files =
        [
            new("train-images-idx3-ubyte", 47_040_016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
            new("train-labels-idx1-ubyte", 60_008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
            new("t10k-images-idx3-ubyte", 7_840_016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
            new("t10k-labels-idx1-ubyte", 10_008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
                5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
        ],
        Mirrors =
        [
            new("https://storage.googleapis.com/tensorflow/tf-keras-datasets/"),
            new("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"),
        ],
    };
}
