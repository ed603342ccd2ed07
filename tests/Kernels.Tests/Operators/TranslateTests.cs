using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Operators;

public class TranslateTests
{
    /// <summary>Images, channels, height, width, reach, seed: ones, primes, none moved, moved out of sight, more than an item of work.</summary>
    public static IEnumerable<object[]> Shapes =>
        [[1, 1, 1, 1, 0, 1], [1, 1, 1, 1, 2, 2], [3, 1, 5, 7, 2, 3], [17, 3, 4, 3, 1, 4], [2, 1, 8, 8, 0, 5], [33, 2, 3, 5, 9, 6], [5, 1, 28, 28, 2, 7]];

    [Theory]
    [OnCpu(nameof(Shapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void EveryImageIsMovedByItsOwnOffset(string device, int images, int channels, int height, int width, int reach, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} {images} images of {channels}×{height}×{width} reach={reach} seed={seed}";
        var random = new Random(seed);
        int n = channels * height * width;
        var x = Draw.Uniform(images, n, seed);
        int[] offsets = [.. Enumerable.Range(0, 2 * images).Select(_ => random.Next(2 * reach + 1))];
        var expected = new double[images, n];
        for (int r = 0; r < images; r++)
        {
            for (int c = 0; c < channels; c++)
            {
                for (int i = 0; i < height; i++)
                {
                    for (int j = 0; j < width; j++)
                    {
                        int fromRow = i - (offsets[2 * r] - reach), fromColumn = j - (offsets[2 * r + 1] - reach);
                        bool inside = fromRow >= 0 && fromRow < height && fromColumn >= 0 && fromColumn < width;
                        expected[r, (c * height + i) * width + j] = inside ? x[r, (c * height + fromRow) * width + fromColumn] : -0.75;
                    }
                }
            }
        }
        using var gOffsets = d.Allocate<int>(2 * images);
        gOffsets.Upload(offsets);
        using var gx = GuardedMatrix.Of(d, x);
        using var y = GuardedMatrix.Unwritten(d, images, n);
        new Translate(d).Launch(gx.Matrix, gOffsets.View, y.Matrix, height, width, reach, -0.75f);
        Close.AssertEqual(expected, y.Read(context), context);
        Close.AssertEqual(x, gx.Read(context), context + " x");
    }

    [Theory]
    [OnCpu(nameof(Shapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void BackwardIsTheTransposeOfTheMove(string device, int images, int channels, int height, int width, int reach, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} {images} images of {channels}×{height}×{width} reach={reach} seed={seed}";
        var random = new Random(seed);
        int n = channels * height * width;
        double[,] x = Integers(), dy = Integers();
        using var offsets = d.Allocate<int>(2 * images);
        offsets.Upload([.. Enumerable.Range(0, 2 * images).Select(_ => random.Next(2 * reach + 1))]);
        using var gx = GuardedMatrix.Of(d, x);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var y = GuardedMatrix.Unwritten(d, images, n);
        using var dx = GuardedMatrix.Unwritten(d, images, n);
        var translate = new Translate(d);
        translate.Launch(gx.Matrix, offsets.View, y.Matrix, height, width, reach, 0);
        translate.Backward(gdy.Matrix, offsets.View, dx.Matrix, height, width, reach);
        // With a fill of 0 the move is linear, image by image: ⟨move(x), dy⟩ = ⟨x, back(dy)⟩, exactly for integers. dy is random, so a wrong place shows.
        float[,] moved = y.Read(context), back = dx.Read(context);
        for (int r = 0; r < images; r++)
        {
            double forward = 0, backward = 0;
            for (int i = 0; i < n; i++)
            {
                forward += moved[r, i] * dy[r, i];
                backward += x[r, i] * back[r, i];
            }
            Assert.True(forward == backward, $"{context} image {r}: {forward} is not {backward}");
        }

        double[,] Integers()
        {
            var m = new double[images, n];
            for (int i = 0; i < m.Length; i++)
                m[i / n, i % n] = random.Next(-100, 101);
            return m;
        }
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var x = GuardedMatrix.Unwritten(d, 3, 12);
        using var other = GuardedMatrix.Unwritten(d, 3, 13);
        using var longer = GuardedMatrix.Unwritten(d, 4, 12);
        using var offsets = d.Allocate<int>(8);
        var six = offsets.View.SubView(0, 6);
        var translate = new Translate(d);
        Assert.Throws<ArgumentException>(() => translate.Launch(x.Matrix, offsets.View, x.Matrix, 3, 4, 1, 0));
        Assert.Throws<ArgumentException>(() => translate.Launch(x.Matrix, six, other.Matrix, 3, 4, 1, 0));
        Assert.Throws<ArgumentException>(() => translate.Launch(x.Matrix, six, longer.Matrix, 3, 4, 1, 0));
        Assert.Throws<ArgumentException>(() => translate.Launch(x.Matrix, six, x.Matrix, 5, 4, 1, 0));
        Assert.Throws<ArgumentException>(() => translate.Launch(x.Matrix, six, x.Matrix, 0, 4, 1, 0));
        Assert.Throws<ArgumentException>(() => translate.Launch(x.Matrix, six, x.Matrix, 3, 4, -1, 0));
    }
}
