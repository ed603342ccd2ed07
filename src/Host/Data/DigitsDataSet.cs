using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace GpuCgan.Host.Data;

/// <summary>
/// The 8x8 digits of scikit-learn, embedded in the program: UCI, Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, 1998,
/// CC BY 4.0 (<see cref="Attribution"/>). 1,797 images, cut into train and test by the default split.
/// </summary>
public static class DigitsDataSet
{
    public const string Name = "digits";

    private const string DataResource = "digits.csv.gz";
    private const string AttributionResource = "digits.attribution.txt";
    private const string Sha256OfText = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8";
    private const int TextBytes = 264_712;
    private const int Side = 8;
    private const int HighestCount = 16;

    private static readonly string[] ClassNames = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    public static KnownDataSet Set { get; } = new()
    {
        Name = Name,
        Description = "1,797 handwritten digits, 8x8, embedded in the program",
        Licence = "UCI Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, 1998, CC BY 4.0",
        ClassNames = ClassNames,
        Embedded = Load,
    };

    /// <summary>Who made the images, under which licence, and what was changed; to be shown where they are listed.</summary>
    public static string Attribution
    {
        get
        {
            using StreamReader reader = new(Resource(AttributionResource));
            return reader.ReadToEnd();
        }
    }

    public static TrainTestSplit Load() => LoadWhole().Split();

    /// <summary>All 1,797 images, in the order of the source.</summary>
    public static ImageDataSet LoadWhole()
    {
        using Stream resource = Resource(DataResource);
        return Parse(resource, "embedded " + DataResource);
    }

    /// <exception cref="InvalidDataException">The text is not, to the bit, the one that this program was built with.</exception>
    internal static ImageDataSet Parse(Stream packed, string source)
    {
        byte[] text = GzipContent.Unpack(packed, TextBytes, source);
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(text));
        if (sha256 != Sha256OfText)
            throw new InvalidDataException($"{source}: SHA-256 of the text is {sha256}, expected {Sha256OfText}; install the program again");

        // The hash leaves no doubt about the form: lines of 64 counts and a label.
        string[] lines = Encoding.ASCII.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        byte[] pixels = new byte[lines.Length * Side * Side];
        int[] labels = new int[lines.Length];
        for (int row = 0; row < lines.Length; row++)
        {
            string[] fields = lines[row].Split(',');
            for (int i = 0; i < Side * Side; i++)
            {
                // round(count * 255 / 16), halves upwards
                int count = int.Parse(fields[i], CultureInfo.InvariantCulture);
                pixels[row * Side * Side + i] = (byte)((count * byte.MaxValue + HighestCount / 2) / HighestCount);
            }

            labels[row] = int.Parse(fields[^1], CultureInfo.InvariantCulture);
        }

        return new ImageDataSet(Name, "embedded", "all", channels: 1, Side, Side, pixels, labels, ClassNames);
    }

    private static Stream Resource(string name) => typeof(DigitsDataSet).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"resource '{name}' was not built into the program");
}
