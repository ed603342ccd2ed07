namespace GpuCgan.Host.Data;

/// <summary>MNIST (Y. LeCun, C. Cortes, C. Burges): 60,000 + 10,000 handwritten digits of 28x28, in four IDX files that the user has or fetches.</summary>
/// <remarks>
/// Lengths and SHA-256 of the gzip files: TensorFlow Datasets, url_checksums/mnist.txt, and rebuilt to the bit from a copy of the unpacked
/// files, whose own were taken from that copy (docs/data.md). The mirrors are the two that torchvision and TensorFlow Datasets name.
/// </remarks>
public static class MnistDataSet
{
    public const string Name = "mnist";

    public static KnownDataSet Set { get; } = new()
    {
        Name = Name,
        Description = "70,000 handwritten digits, 28x28, four IDX files",
        Licence = "Y. LeCun, C. Cortes and C. Burges; CC BY-SA 3.0 according to Keras",
        ClassNames = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
        Files =
        [
            new("train-images-idx3-ubyte", 47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
            new("train-labels-idx1-ubyte", 60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            new("t10k-images-idx3-ubyte", 7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
            new("t10k-labels-idx1-ubyte", 10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
                4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
        ],
        Mirrors = [new("https://ossci-datasets.s3.amazonaws.com/mnist/"), new("https://storage.googleapis.com/cvdf-datasets/mnist/")],
    };
}
