using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

public class AugmentTests
{
    private const ulong Seed = 0x1234_5678_9ABC;
    private const uint Step = 12;

    private static readonly Dictionary<string, AugmentOptions> Kinds = new()
    {
        ["none"] = new(), ["pixels"] = new(Shift: 0.4f, WholePixels: true), ["shift"] = new(Shift: 0.4f), ["scale"] = new(Scale: 0.6f), ["rotation"] = new(Rotation: 180),
        ["colour"] = new(Brightness: 0.5f, Contrast: 0.5f), ["cutout"] = new(Cutout: 0.5f),
        ["all"] = new(Shift: 0.125f, Scale: 0.2f, Rotation: 15, Brightness: 0.2f, Contrast: 0.3f, Cutout: 0.3f),
    };

    /// <summary>Images, channels, height, width, what, seed.</summary>
    public static IEnumerable<object[]> Cases =>
    [
        [3, 1, 4, 4, "none", 1], [5, 1, 5, 4, "pixels", 2], [5, 2, 4, 5, "shift", 3], [6, 1, 7, 5, "scale", 4], [6, 1, 5, 6, "rotation", 5], [3, 3, 4, 3, "colour", 6],
        [5, 1, 6, 6, "cutout", 7], [7, 2, 6, 5, "all", 8], [1, 1, 1, 1, "all", 9],
    ];

    private static double[,] Image(double[,] batch, int image, int channel, int height, int width)
    {
        var result = new double[height, width];
        for (int p = 0; p < height * width; p++)
            result[p / width, p % width] = batch[image, channel * height * width + p];
        return result;
    }

    [Theory]
    [OnCpu(nameof(Cases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(Cases)), OnOpenCl(nameof(Cases))]
    public void AmountsImagesAndGradientsMatchTheReference(string device, int images, int channels, int height, int width, string kind, int seed)
    {
        const float fill = -1;
        var d = TestDevice.Get(device);
        var o = Kinds[kind];
        string context = $"{device} {images}×{channels}×{height}×{width} {kind} seed={seed}";
        int pixels = channels * height * width, cutHeight = (int)MathF.Round(o.Cutout * height), cutWidth = (int)MathF.Round(o.Cutout * width);
        double[,] x = Draw.Uniform(images, pixels, seed), dy = Draw.Uniform(images, pixels, seed + 1);
        using var clock = new StepClock(d, Seed);
        clock.Set(Step, Seed);
        using var amounts = GuardedMatrix.Unwritten(d, images, Augment.Amounts);
        using var gx = GuardedMatrix.Of(d, x);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var y = GuardedMatrix.Unwritten(d, images, pixels);
        using var dx = GuardedMatrix.Unwritten(d, images, pixels);
        var augment = new Augment(d);
        augment.Draw(clock.View, Purpose.Augmentation(1), amounts.Matrix, height, width, o);
        augment.Forward(gx.Matrix, amounts.Matrix, y.Matrix, height, width, o, fill);
        augment.Backward(gdy.Matrix, amounts.Matrix, dx.Matrix, height, width, o);

        // A sine within 2·10⁻⁷ over a scale of at least 0.4; moves of at most 3 pixels are rounded three times.
        Close.Assert(
            ReferenceAugment.Amounts(Seed, Step, Purpose.Augmentation(1), images, height, width, o.Shift, o.WholePixels, o.Scale, o.Rotation, o.Brightness, o.Contrast, cutHeight, cutWidth),
            amounts.Read(context), 1e-6, 0, context + " amounts");
        var drawn = amounts.Read(context);
        var (output, gradient) = (y.Read(context), dx.Read(context));
        // A source position of at most 20 is wrong by 3·10⁻⁶, and a pixel by twice that, its neighbours differing by up to 2 in each direction, times k ≤ 1.5;
        // a gradient sums at most some ten of such weights.
        double limit = kind is "none" or "pixels" ? 0 : 2e-5;
        for (int n = 0; n < images; n++)
        {
            double[] a = [.. Enumerable.Range(0, Augment.Amounts).Select(k => (double)drawn[n, k])];
            for (int c = 0; c < channels; c++)
            {
                var image = Image(x, n, c, height, width);
                var expected = ReferenceAugment.Forward(image, a, cutHeight, cutWidth, fill);
                for (int p = 0; p < height * width; p++)
                    Close.Assert(expected[p / width, p % width], output[n, c * height * width + p], limit, 0, context + $" y of image {n}, pixel {p}");
                // y is affine in x, so a difference of any length is the derivative.
                for (int p = 0; p < height * width; p++)
                {
                    double at = image[p / width, p % width], sum = 0;
                    image[p / width, p % width] = at + 1;
                    var moved = ReferenceAugment.Forward(image, a, cutHeight, cutWidth, fill);
                    image[p / width, p % width] = at;
                    for (int q = 0; q < height * width; q++)
                        sum += dy[n, c * height * width + q] * (moved[q / width, q % width] - expected[q / width, q % width]);
                    Close.Assert(sum, gradient[n, c * height * width + p], limit + 1e-12, 0, context + $" dx of image {n}, pixel {p}");
                }
            }
        }
        if (kind is "none")
            Assert.Equal(x.Cast<double>().Select(v => (float)v), output.Cast<float>());
    }

    [Fact]
    public void EveryImageStepAndStreamHasAmountsOfItsOwnAndABatchDoesNotMatter()
    {
        var d = TestDevice.Get("cpu");
        using var clock = new StepClock(d, 5);
        float[,] Amounts(int images, int stream)
        {
            using var amounts = GuardedMatrix.Unwritten(d, images, Augment.Amounts);
            new Augment(d).Draw(clock.View, Purpose.Augmentation(stream), amounts.Matrix, 8, 8, Kinds["all"]);
            return amounts.Read("amounts");
        }
        var many = Amounts(9, 0);
        Assert.Equal(9, Enumerable.Range(0, 9).Select(n => many[n, 0]).Distinct().Count());
        Assert.Equal(many.Cast<float>().Take(4 * Augment.Amounts), Amounts(4, 0).Cast<float>());
        Assert.NotEqual(many, Amounts(9, 1));
        clock.Advance();
        Assert.NotEqual(many, Amounts(9, 0));
    }

    /// <summary>The kernel gathers and the twin scatters.</summary>
    [Fact]
    public void OneThreadAndManyAndTheKernelGiveTheSameBits()
    {
        var bits = new List<float[]>();
        foreach (var (name, threads) in (List<(string, int?)>)[("cpu", 1), ("cpu", 3), ("cpu-ilgpu", null)])
        {
            using var d = ComputeDevice.Open(name, threads);
            using var clock = new StepClock(d, 5);
            using var amounts = GuardedMatrix.Unwritten(d, 11, Augment.Amounts);
            using var x = GuardedMatrix.Of(d, Draw.Uniform(11, 2 * 9 * 7, 1));
            using var y = GuardedMatrix.Unwritten(d, 11, 2 * 9 * 7);
            using var dx = GuardedMatrix.Unwritten(d, 11, 2 * 9 * 7);
            var options = Kinds["all"] with { Rotation = 60, Scale = 0.5f };
            var augment = new Augment(d);
            augment.Draw(clock.View, Purpose.Augmentation(0), amounts.Matrix, 9, 7, options);
            augment.Forward(x.Matrix, amounts.Matrix, y.Matrix, 9, 7, options, -1);
            augment.Backward(x.Matrix, amounts.Matrix, dx.Matrix, 9, 7, options);
            bits.Add([.. amounts.Read(name).Cast<float>(), .. y.Read(name).Cast<float>(), .. dx.Read(name).Cast<float>()]);
        }
        Assert.All(bits, b => Assert.Equal(bits[0], b));
    }

    [Fact]
    public void ArgumentsThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var clock = new StepClock(d, 5);
        using var amounts = GuardedMatrix.Unwritten(d, 2, Augment.Amounts);
        using var x = GuardedMatrix.Unwritten(d, 2, 12);
        using var y = GuardedMatrix.Unwritten(d, 2, 12);
        var augment = new Augment(d);
        Assert.Throws<ArgumentException>(() => augment.Draw(clock.View, 0, x.Matrix, 4, 3, default));
        Assert.Throws<ArgumentException>(() => augment.Draw(default, 0, amounts.Matrix, 4, 3, default));
        Assert.Throws<ArgumentException>(() => augment.Forward(x.Matrix, amounts.Matrix, y.Matrix, 5, 3, default, 0));
        Assert.Throws<ArgumentException>(() => augment.Forward(x.Matrix, amounts.Matrix.SliceRows(0, 1), y.Matrix, 4, 3, default, 0));
        Assert.Throws<ArgumentException>(() => augment.Backward(x.Matrix, amounts.Matrix, amounts.Matrix, 4, 3, default));
        foreach (var options in (AugmentOptions[])
            [new(Shift: -1), new(Shift: 2), new(Scale: 1), new(Rotation: 181), new(Brightness: float.NaN), new(Contrast: 1), new(Cutout: 1.5f), new(Rotation: float.NaN)])
        {
            Assert.Throws<ArgumentException>(() => augment.Draw(clock.View, 0, amounts.Matrix, 4, 3, options));
        }
        Assert.True(default(AugmentOptions).IsNone);
        Assert.All(Kinds.Where(k => k.Key != "none"), k => Assert.False(k.Value.IsNone));
    }
}
