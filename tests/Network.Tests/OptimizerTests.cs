using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Kernels.Profiling;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests;

/// <summary>An update that begins while the backward pass is under way is the one that comes behind it.</summary>
public class OptimizerTests
{
    /// <summary>A table in front, four layers of which the second has no parameters, and a table behind: 192 and 192, 70,208 and 30,016, 40,064 and 64 floats with their gaps.</summary>
    private static ArenaLayout Layout()
    {
        var layout = new ArenaLayout();
        layout.Matrix("labels.table", 3, 50);
        layout.BeginLayer();
        layout.Matrix("linear1.weight", 10, 14);
        layout.BeginLayer();
        layout.BeginLayer();
        layout.Matrix("linear2.weight", 140, 500);
        layout.Vector("linear2.bias", 140);
        layout.BeginLayer();
        layout.Vector("linear3.weight", 30_000);
        layout.BeginLayer();
        layout.Vector("linear4.weight", 40_001);
        layout.Vector("projection.table", 50);
        return layout;
    }

    /// <summary>The optimiser, and D's bound of the weights.</summary>
    public static IEnumerable<object[]> Cases =>
        [[OptimizerKind.Adam, 0f], [OptimizerKind.Rmsprop, 0.5f], [OptimizerKind.Sgd, 0f]];

    [Theory]
    [OnCpu(nameof(Cases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(Cases)), OnOpenCl(nameof(Cases))]
    public void WhatIsMovedOnTheWayIsMovedOnceAndAlike(string name, OptimizerKind kind, float clip)
    {
        var device = TestDevice.Get(name, profiling: true);
        var recipe = new Recipe { GeneratorOptimizer = kind, DiscriminatorOptimizer = kind, WeightClip = clip, SgdMomentum = 0.5f, DiscriminatorLearningRate = 1e-2f, WeightDecay = kind == OptimizerKind.Adam ? 0.1f : 0 };
        using var memory = new DeviceMemory(device);
        using var clock = new StepClock(device, 3);
        var layout = Layout();
        Parameters atOnce = New(), onTheWay = New();
        var operators = new OperatorSet(device);
        Optimizer whole = Optimizer.OfDiscriminator(recipe, operators, atOnce, clock), parts = Optimizer.OfDiscriminator(recipe, operators, onTheWay, clock);
        for (int step = 0; step < 2; step++)
        {
            whole.Begin();
            whole.Finish();
            var launches = new LaunchRecorder(device).Record(() =>
            {
                parts.Begin();
                for (int layer = layout.Layers.Count - 1; layer > 0; layer--)
                    parts.Passed(layer);
                device.Join();
                parts.Finish();
            }).Launches;
            // The last layer waits for the one before; the one without parameters adds nothing.
            Assert.Equal(["70144", "70208", "384"], launches.Where(launch => launch.Kernel != "WeightClip").Select(launch => launch.Shape));
            Assert.Equal(clip > 0 ? 3 : 0, launches.Count(launch => launch.Kernel == "WeightClip"));
            clock.Advance();
        }
        float[] moved = onTheWay.Values.Download();
        Assert.Equal(atOnce.Values.Download(), moved);
        Assert.Equal(atOnce.FirstMoments.Download(), onTheWay.FirstMoments.Download());
        Assert.Equal(atOnce.SecondMoments.Download(), onTheWay.SecondMoments.Download());
        float[] start = Numbers(1);
        Assert.All(layout.Slots, slot => Assert.NotEqual(start[slot.Offset], moved[slot.Offset]));
        Assert.Equal(clip > 0 ? clip : 1, moved.Max(), 0.05);

        Parameters New()
        {
            var parameters = new Parameters(layout, new ArenaLayout(), memory);
            parameters.Values.Upload(Numbers(1));
            parameters.Gradients.Upload(Numbers(2));
            return parameters;
        }

        // In (−1, 1), and zeros in the gaps.
        float[] Numbers(int seed)
        {
            var random = new Random(seed);
            var numbers = new float[layout.Length];
            foreach (var slot in layout.Slots)
            {
                for (int i = 0; i < slot.Length; i++)
                    numbers[slot.Offset + i] = 2 * random.NextSingle() - 1;
            }
            return numbers;
        }
    }

    public static TheoryData<RegularizerKind, bool> WhatChangesGradients => new()
    {
        { RegularizerKind.None, false }, { RegularizerKind.GradientPenalty, false }, { RegularizerKind.ZeroCentredPenalty, false }, { RegularizerKind.None, true },
    };

    /// <summary>From zeros, Adam's first moment is 1 − β₁ of the gradient that it was given: the one that stands there in the end, penalty and all.</summary>
    [Theory]
    [MemberData(nameof(WhatChangesGradients))]
    public void NothingIsMovedBeforeItsGradientIsFinal(RegularizerKind regularizer, bool spectralNorm)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        var recipe = TinyGan.Wide with { Regularizer = regularizer, SpectralNorm = spectralNorm };
        using var gan = TinyGan.Create(device, recipe);
        gan.TrainStep();
        foreach (var parameters in (Parameters[])[gan.GeneratorParameters, gan.DiscriminatorParameters])
        {
            float share = (float)(1 - (double)recipe.AdamBeta1);
            float[] gradients = parameters.Gradients.Download();
            Assert.Contains(gradients, g => g != 0);
            Assert.Equal(gradients.Select(g => share * g), parameters.FirstMoments.Download());
        }
    }

    /// <summary>Whether an optimiser of one step of D moves weights by their gradient's product: Adam alone, of gradients that nothing changes, on <c>cpu</c> without branches.</summary>
    public static TheoryData<string, int> WhoMovesByProducts => new() { { "adam", 5 }, { "another optimiser", 2 }, { "clipped", 2 }, { "penalised", 2 }, { "normalised", 2 } };

    [Theory]
    [MemberData(nameof(WhoMovesByProducts))]
    public void AdamMovesLinearWeightsByTheProductsOfTheirGradients(string what, int moved)
    {
        if (WideVectors.Bits == 128)
            moved = 0;
        using var device = ComputeDevice.Open("cpu", 2);
        // G has two layers in strips, D three; its last, of one output, is none.
        var recipe = TinyGan.Recipe with { ScaleWidths = false, Generator = ["linear 32", "relu", "linear image", "tanh"], Discriminator = ["linear 64", "leaky_relu 0.2", "linear 48", "leaky_relu 0.2", "linear 16", "leaky_relu 0.2", "linear 1"] };
        recipe = what switch
        {
            "another optimiser" => recipe with { DiscriminatorOptimizer = OptimizerKind.Sgd },
            "clipped" => recipe with { WeightClip = 0.1f },
            "penalised" => recipe with { Regularizer = RegularizerKind.GradientPenalty },
            "normalised" => recipe with { SpectralNorm = true },
            _ => recipe,
        };
        using var gan = TinyGan.Create(device, recipe);
        var launches = new LaunchRecorder(device).Record(gan.StepOnDevice).Launches;
        Assert.Equal(moved, launches.Count(launch => launch.Kernel == "Gemm.MoveByGradient"));
    }
}
