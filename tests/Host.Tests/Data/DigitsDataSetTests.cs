using GpuCgan.Host.Data;

namespace GpuCgan.Host.Tests.Data;

public sealed class DigitsDataSetTests
{
    [Fact]
    public void The_whole_set_is_the_one_of_the_source()
    {
        ImageDataSet digits = DigitsDataSet.LoadWhole();
        Assert.Equal((1797, 1, 8, 8, 10), (digits.Count, digits.Channels, digits.Height, digits.Width, digits.ClassNames.Count));

        // The first row of the source is 0,0,5,13,9,1,0,0,… and a zero; 5 * 255 / 16 = 79.7 and so on.
        Assert.Equal([0, 0, 80, 207, 143, 16, 0, 0], digits.Image(0)[..8].ToArray());
        Assert.Equal([0, 1, 2, 3], digits.Labels[..4].ToArray());
        Assert.Equal([178, 182, 177, 183, 181, 182, 181, 179, 174, 180], digits.ClassNames.Select((_, label) => digits.Labels.ToArray().Count(l => l == label)));

        // All 17 counts occur, and each becomes its own byte.
        Assert.Equal([.. Enumerable.Range(0, 17).Select(v => (byte)Math.Round(v * 255 / 16.0, MidpointRounding.AwayFromZero))], digits.Pixels.ToArray().Distinct().Order());
    }

    [Fact]
    public void Train_and_test_are_four_fifths_and_one_fifth_of_every_class()
    {
        (ImageDataSet train, ImageDataSet test) = DigitsDataSet.Load();
        Assert.Equal(1797, train.Count + test.Count);
        Assert.Equal([142, 146, 142, 146, 145, 146, 145, 143, 139, 144], train.ClassNames.Select((_, label) => train.Labels.ToArray().Count(l => l == label)));
    }

    [Fact]
    public void The_attribution_names_makers_and_licence()
    {
        Assert.Contains("E. Alpaydin and C. Kaynak", DigitsDataSet.Attribution);
        Assert.Contains("CC BY 4.0", DigitsDataSet.Attribution);
        Assert.Contains("Optical Recognition of Handwritten Digits", DigitsDataSet.Attribution);
    }

    [Fact]
    public void Another_text_is_refused()
    {
        string message = Assert.Throws<InvalidDataException>(() => DigitsDataSet.Parse(new MemoryStream(IdxBytes.Gzip("0,1\n"u8.ToArray())), "digits.csv.gz")).Message;
        Assert.Contains("digits.csv.gz: SHA-256 of the text is", message);
        Assert.Contains("expected 6ebb3d2f", message);
    }
}
