using GpuCgan.Host.Data;

namespace GpuCgan.Host.Tests.Data;

public sealed class ResamplerTests
{
    private static byte[] Resample(byte[] from, ImageSize source, ImageSize target)
    {
        byte[] to = new byte[target.Height * target.Width];
        new Resampler(source, target).Apply(from, to);
        return to;
    }

    /// <summary>The formula as it stands, in two dimensions at once and over all source pixels.</summary>
    private static double Reference(byte[] from, ImageSize source, ImageSize target, int row, int column)
    {
        double sum = 0, weights = 0;
        for (int y = 0; y < source.Height; y++)
        {
            for (int x = 0; x < source.Width; x++)
            {
                double weight = Triangle(y, row, source.Height, target.Height) * Triangle(x, column, source.Width, target.Width);
                sum += weight * from[y * source.Width + x];
                weights += weight;
            }
        }

        return sum / weights;
    }

    private static double Triangle(int k, int i, int source, int target)
    {
        double s = (double)source / target, r = s > 1 ? s : 1, distance = Math.Abs(k + 0.5 - (i + 0.5) * s);
        return distance < r ? 1 - distance / r : 0;
    }

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(1, 1, 5, 3)]
    [InlineData(8, 8, 28, 28)]
    [InlineData(28, 28, 8, 8)]
    [InlineData(28, 28, 32, 32)]
    [InlineData(7, 13, 13, 7)]
    [InlineData(64, 3, 3, 64)]
    [InlineData(100, 41, 64, 64)]
    public void Every_pixel_is_the_weighted_mean_of_the_formula(int height, int width, int targetHeight, int targetWidth)
    {
        ImageSize source = new(height, width), target = new(targetHeight, targetWidth);
        byte[] from = new byte[height * width];
        new Random(height * 100 + width).NextBytes(from);
        byte[] to = Resample(from, source, target);
        for (int row = 0; row < targetHeight; row++)
        {
            for (int column = 0; column < targetWidth; column++)
            {
                // Half a level for the rounding, and the order of the additions on top.
                Assert.InRange(to[row * targetWidth + column] - Reference(from, source, target, row, column), -0.5 - 1e-9, 0.5 + 1e-9);
            }
        }
    }

    [Fact]
    public void The_same_size_changes_nothing()
    {
        byte[] from = [.. Enumerable.Range(0, 6 * 7).Select(i => (byte)(i * 6))];
        Assert.Equal(from, Resample(from, new(6, 7), new(6, 7)));
    }

    [Fact]
    public void A_plain_image_stays_plain_at_any_level_and_size()
    {
        for (int level = 0; level <= 255; level++)
            Assert.All(Resample([.. Enumerable.Repeat((byte)level, 5 * 11)], new(5, 11), new(1 + level % 64, 1 + level % 7)), pixel => Assert.Equal(level, pixel));
    }

    [Fact]
    public void Halving_and_doubling_are_as_worked_out_by_hand()
    {
        // Two to one: both count alike. 255 / 2 = 127.5, rounded upwards.
        Assert.Equal([128], Resample([0, 255], new(1, 2), new(1, 1)));
        // One line of 0, 100 to four: 1/4 and 3/4 between, the ends as they are.
        Assert.Equal([0, 25, 75, 100], Resample([0, 100], new(1, 2), new(1, 4)));
        // Four to two: weights 3, 3, 1 of 7.
        Assert.Equal([(byte)Math.Round((3 * 10 + 3 * 20 + 70) / 7.0), (byte)Math.Round((20 + 3 * 70 + 3 * 200) / 7.0)], Resample([10, 20, 70, 200], new(1, 4), new(1, 2)));
    }

    [Fact]
    public void A_thin_line_is_not_lost_when_it_shrinks()
    {
        byte[] from = new byte[64 * 64];
        for (int y = 0; y < 64; y++)
            from[y * 64 + 37] = 255;
        byte[] to = Resample(from, new(64, 64), new(8, 8));
        Assert.True(to.Max() >= 15, $"brightest {to.Max()}");
    }
}
