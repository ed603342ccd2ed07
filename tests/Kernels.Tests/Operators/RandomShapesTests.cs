using System.Globalization;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;
using Xunit.Sdk;

namespace GpuCgan.Kernels.Tests.Operators;

/// <summary>
/// Kernel, twin and double-precision reference at shapes that nobody chose: each operator's own comparison, whose limits are derived where it stands, at random shapes, seeds and
/// options; on <c>cpu</c> with one thread and with two, which must give the same bits. GPUCGAN_RANDOM_SHAPES sets their number (50; 1,000 in a nightly run) and
/// GPUCGAN_RANDOM_SEED the first seed. A new operator is a row of the table.
/// </summary>
/// <remarks>
/// ILGPU's own CPU accelerator takes milliseconds a launch, and where lanes wait for one another runs 256 threads through every barrier: there they get a tenth of the shapes. The stand-in for ILGPU,
/// whose pass CI runs too, gets all of them.
/// </remarks>
public class RandomShapesTests
{
    private static readonly int Count = Setting("GPUCGAN_RANDOM_SHAPES", 50);
    private static readonly int FirstSeed = Setting("GPUCGAN_RANDOM_SEED", 1);

    private delegate void Comparison(string device, Random random, Func<int, int> extent, int seed);

    /// <summary>The operators. <c>extent(n)</c> draws from 1 … n, less where the CPU accelerator runs a thread a lane.</summary>
    private static readonly Dictionary<string, Comparison> Table = new(StringComparer.Ordinal)
    {
        ["Activate"] = (d, r, e, s) => new ActivationTests().ActivateMatchesTheReference(d, Kind(r), e(70), e(300), s),
        ["Activate.Masked"] = (d, r, e, s) => new ActivationTests().AMaskedBackwardHasTheBitsOfTwoPasses(
            d, Pick(r, ActivationKind.Identity, ActivationKind.LeakyRelu, ActivationKind.Relu), e(40), e(300), Pick(r, 0f, 0.25f, 0.5f, 0.9f), s),
        ["Adam"] = (d, r, e, s) => new AdamTests().SeveralStepsMatchTheReference(
            d, e(3000), Pick(r, 0f, 0.5f, 0.9f), Pick(r, 1e-8f, 1e-3f, 0.05f), Pick(r, 0f, 0.01f, 0.1f), r.Next(3) * 1000L, r.Next(1, 4), Pick(r, 0.25f, 1f, 2f), s),
        ["Augment"] = (d, r, e, s) => new AugmentTests().AmountsImagesAndGradientsMatchTheReference(
            d, e(9), r.Next(1, 4), e(16), e(16), Pick(r, "none", "pixels", "shift", "scale", "rotation", "colour", "cutout", "all"), s),
        ["BatchNorm"] = (d, r, e, s) => new BatchNormTests().ForwardMatchesTheReference(d, e(150), e(90), Pick(r, 1e-5f, 1e-3f, 0.1f), Pick(r, 0.1f, 0.5f, 1f), Kind(r), s),
        ["BatchNorm.Backward"] = (d, r, e, s) => new BatchNormTests().BackwardMatchesTheReference(d, e(150), e(90), Pick(r, 1e-5f, 1e-3f, 0.1f), 0.1f, Kind(r), s),
        ["BatchNorm2d"] = (d, r, e, s) => new BatchNorm2dTests().ForwardAndInferenceMatchTheReference(d, e(40), e(12), e(60), Pick(r, 1e-5f, 1e-3f, 0.1f), Pick(r, 0.1f, 0.5f, 1f), Kind(r), s),
        ["BatchNorm2d.Backward"] = (d, r, e, s) => new BatchNorm2dTests().BackwardMatchesTheReference(d, e(20), e(6), e(40), Pick(r, 1e-5f, 1e-3f, 0.1f), 0.1f, Kind(r), s),
        ["Bernoulli"] = (d, r, e, s) => new BernoulliTests().AnElementIsTheValueWhereAUniformNumberIsAtMostItsProbability(d, e(40), e(200), Pick(r, 0f, 0.05f, 0.3f, 0.5f, 1f), s),
        ["ChannelSum"] = (d, r, e, s) => new ChannelSumTests().SumsOfIntegersAreExact(d, e(40), e(40), e(300), s),
        ["ColumnSum"] = (d, r, e, s) => new ColumnSumTests().SumsOfSmallIntegersAreExact(d, e(200), e(150), s),
        ["Concatenate"] = (d, r, e, s) => new ConcatenateTests().TheColumnsOfBFollowThoseOfA(d, e(70), e(150), e(150), s),
        ["Convolution"] = (d, r, e, s) =>
        {
            int kh = r.Next(1, 6), kw = r.Next(1, 6), padding = r.Next(Math.Min(kh, kw));
            int Side(int kernel) => Math.Max(kernel - (2 * padding), e(18));
            new ConvolutionTests().ConvolutionsOfSmallIntegersAreExact(d, e(8), e(8), Side(kh), Side(kw), e(24), kh, kw, r.Next(1, 4), padding, s);
        },
        // Small maps of many channels, which the wide twin multiplies in another way.
        ["Convolution.Narrow"] = (d, r, e, s) =>
        {
            int kh = r.Next(1, 5), kw = r.Next(1, 5), padding = r.Next(Math.Min(kh, kw));
            int Side(int kernel) => Math.Max(kernel - (2 * padding), e(8));
            int Channels() => d == "cpu-ilgpu" ? e(8) : 15 + e(25);
            new ConvolutionTests().ConvolutionsOfSmallIntegersAreExact(d, e(40), Channels(), Side(kh), Side(kw), Channels(), kh, kw, r.Next(1, 4), padding, s);
        },
        ["Convolution.Direct"] = (d, r, e, s) =>
        {
            int kh = r.Next(1, 5), kw = r.Next(1, 6), stride = r.Next(1, 4), padding = r.Next(4);
            int Channels() => d == "cpu-ilgpu" ? e(8) : 15 + e(30);
            new ConvolutionTests().ConvolutionsOfSmallIntegersAreExact(
                d, e(6), Channels(), Math.Max(kh - (2 * padding), e(12)), Math.Max(kw - (2 * padding), e(8)) + e(6 * stride), Channels(), kh, kw, stride, padding, s);
        },
        ["Dropout"] = (d, r, e, s) => new DropoutTests().ForwardAndBackwardShareTheMaskOfTheStep(d, e(40), e(300), Pick(r, 0f, 0.25f, 0.5f, 0.9f), s),
        ["Embedding"] = (d, r, e, s) => new EmbeddingTests().ForwardCopiesRowsAndBackwardSumsThem(d, e(150), e(40), e(100), s),
        ["ExponentialMovingAverage"] = (d, r, e, s) => new ExponentialMovingAverageTests().SeveralUpdatesMatchTheFormula(d, e(3000), Pick(r, 0f, 0.5f, 0.99f, 0.9999f, 1f), r.Next(3) * 500, s),
        ["FiniteCheck"] = (d, r, e, s) =>
        {
            int length = e(3000);
            new FiniteCheckTests().EveryNaNAndInfinityIsCounted(d, length, r.Next(length + 1), s);
        },
        ["GatherScale"] = (d, r, e, s) => new GatherScaleTests().ABatchHoldsTheScaledImages(d, e(300), e(90), e(200), s),
        ["Gemm"] = (d, r, e, s) => new GemmTests().ProductsOfSmallIntegersAreExact(d, e(130), e(130), e(130), s),
        ["Gemm.Column"] = (d, r, e, s) => new GemmTests().ADenseColumnIsExactToo(d, e(130), e(130), s),
        ["Gemm.Epilogue"] = (d, r, e, s) => new GemmTests().TheEpilogueHasTheBitsOfLaunchesBehindIt(
            d, Pick(r, ActivationKind.Identity, ActivationKind.LeakyRelu, ActivationKind.Relu), e(130), e(130), e(130), Pick(r, 0f, 0.25f, 0.5f, 0.9f), s),
        ["GradientClip"] = (d, r, e, s) => new DescentTests().GradientsAreScaledDownToANorm(d, 64 * e(60), Pick(r, 0.01, 0.5, 2.0), s),
        ["GradientNormPenalty"] = (d, r, e, s) => new GradientNormPenaltyTests().ValueAndTangentMatchTheReference(d, e(150), 16 + e(300), Centre(r), s),
        ["InstanceNoise"] = (d, r, e, s) => new InstanceNoiseTests().ItAddsTheStreamsNormalNumbersAsTheScheduleSays(d, e(40), e(300), Pick(r, 0f, 0.1f, 0.5f, 1f), s),
        ["KeyedShuffle"] = (d, r, e, s) => new KeyedShuffleTests().BatchesFollowOneAnotherThroughTheStream(d, e(5000), e(500), (uint)r.NextInt64()),
        ["MixSamples"] = (d, r, e, s) => new GradientNormPenaltyTests().SamplesAreMixedByANumberEach(d, e(150), e(300), Centre(r), s),
        ["Multiply"] = (d, r, e, s) => new ProjectionTests().AProductHasTheOtherFactorForItsGradient(d, e(150), e(150), e(20), s),
        ["Objective"] = (d, r, e, s) => new ObjectiveTests().BothSidesOfAGameMatchTheReference(d, Pick(r, [.. ReferenceObjective.All.Keys]), e(600), Pick(r, 1f, 0.25f), s),
        ["OneHot"] = (d, r, e, s) => new OneHotTests().ARowHasAOneAtItsLabel(d, e(200), e(100), r.Next(1, 5), s),
        ["Philox"] = (d, r, e, s) => new PhiloxTests().EveryElementMatchesTheReference(d, e(20), e(150), (ulong)r.NextInt64(), (uint)r.NextInt64()),
        ["Projection"] = (d, r, e, s) => new ProjectionTests().AProjectionIsAnInnerProductWithAGradientToBothSides(d, e(150), e(150), e(20), s),
        ["Resampling"] = (d, r, e, s) => new ResamplingTests().BothDirectionsOfBothAreExact(d, e(8), e(12), e(20), e(40), s),
        ["RmsProp"] = (d, r, e, s) => new DescentTests().SeveralStepsOfRmsPropMatchTheReference(d, e(3000), Pick(r, 0f, 0.5f, 0.9f, 0.99f), Pick(r, 1e-8f, 1e-3f, 0.05f), Pick(r, 0.25f, 1f, 2f), s),
        ["RotateLabels"] = (d, r, e, s) => new RotateLabelsTests().EveryLabelBecomesTheOneItsOffsetSays(d, e(400), r.Next(2, 257), s),
        ["RowDot"] = (d, r, e, s) => new GradientNormPenaltyTests().InnerProductsOfSmallIntegersAreExact(d, e(150), e(300), Centre(r), s),
        ["SegmentNorm"] = (d, r, e, s) => new SegmentNormTests().ForwardAndBackwardMatchTheReference(d, e(40), r.Next(8), e(100), Kind(r), s),
        ["Sgd"] = (d, r, e, s) => new DescentTests().SeveralStepsOfSgdMatchTheReference(d, e(3000), Pick(r, 0f, 0.5f, 0.9f), 1e-8f, Pick(r, 0.25f, 1f, 2f), s),
        ["SoftmaxCrossEntropy"] = (d, r, e, s) => new SoftmaxCrossEntropyTests().LossGradientAndCountMatchTheReference(d, e(300), e(31), s),
        ["SpectralNorm"] = (d, r, e, s) => new SpectralNormTests().AStepAndItsGradientMatchTheReference(d, e(150), e(150), s),
        ["Sum"] = (d, r, e, s) => new SumTests().SumsOfSmallIntegersAreExact(d, e(20_000), Pick(r, 0.5f, 1f, 0.25f), s),
        ["SumOfSquares"] = (d, r, e, s) => new SumOfSquaresTests().SquaresOfSmallIntegersAreExact(d, e(40_000), s),
        ["Translate"] = (d, r, e, s) => new TranslateTests().EveryImageIsMovedByItsOwnOffset(d, e(40), r.Next(1, 4), e(12), e(12), r.Next(5), s),
        ["WeightClip"] = (d, r, e, s) => new DescentTests().WeightsAreClippedExactly(d, e(3000), Pick(r, 0.01f, 0.5f, 1f), 1e-8f, 1f, s),
    };

    public static IEnumerable<object[]> Operators => Table.Keys.Select(name => (object[])[name]);

    [Theory]
    [OnCpu(nameof(Operators)), OnCpuIlgpu(nameof(Operators)), OnCuda(nameof(Operators)), OnOpenCl(nameof(Operators))]
    public void KernelTwinAndReferenceAgreeAtRandomShapes(string device, string name)
    {
        int count = device == "cpu-ilgpu" && DeviceCatalog.HasIlgpu ? (Count + 9) / 10 : Count;
        for (int number = 0; number < count; number++)
        {
            int seed = FirstSeed + number;
            try
            {
                var bits = BitTrace.Record(() => Run(device, name, seed));
                if (device == "cpu")
                    Assert.Equal(bits, BitTrace.Record(() => Run("cpu@1", name, seed)));
            }
            catch (Exception e)
            {
                throw new XunitException($"{name} on {device}, GPUCGAN_RANDOM_SEED={seed}: {e.Message}", e);
            }
        }
    }

    private static void Run(string device, string name, int seed)
    {
        Random random = new(seed * 7919 + Table.Keys.ToList().IndexOf(name));
        int divisor = device == "cpu-ilgpu" ? 4 : 1;
        // The square favours small extents, where the edges are.
        int Extent(int most) => 1 + (int)(random.NextDouble() * random.NextDouble() * (most / divisor));
        Table[name](device, random, Extent, seed);
    }

    private static T Pick<T>(Random random, params T[] values) => values[random.Next(values.Length)];

    private static ActivationKind Kind(Random random) => Pick(random, Enum.GetValues<ActivationKind>());

    private static PenaltyCentre Centre(Random random) => Pick(random, PenaltyCentre.Zero, PenaltyCentre.One);

    private static int Setting(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;
}
