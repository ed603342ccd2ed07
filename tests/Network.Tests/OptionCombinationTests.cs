using FsCheck;
using FsCheck.Fluent;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests;

/// <summary>A recipe's options in any combination: each is refused with a reason before anything is allocated, or trains.</summary>
public class OptionCombinationTests
{
    private static Gen<T> OneOf<T>()
        where T : struct, Enum => Gen.Elements(Enum.GetValues<T>());

    /// <summary>An option that is off as often as on.</summary>
    private static Gen<float> Or0(float value) => Gen.Elements(0, value);

    private static readonly Gen<string[]> Bodies = Gen.Elements<string[]>(
        ["linear 200", "leaky_relu 0.2"],
        ["linear 200", "layer_norm", "relu", "dropout 0.3"],
        ["linear 200", "batch_norm", "leaky_relu 0.2"],
        ["conv 4 3x3 pad 1", "leaky_relu 0.1", "conv 6 4x4 stride 2 pad 1", "leaky_relu 0.1"],
        ["conv 4 3x3 pad 1", "instance_norm", "relu", "average_pool"]);

    private static readonly Gen<string[]> Generators = Gen.Elements<string[]>(
        ["linear 150", "batch_norm", "relu", "linear image", "tanh"],
        ["linear 4 at 1/2", "batch_norm", "relu", "conv_transpose image 4x4 stride 2 pad 1", "tanh"],
        ["linear 4 at 1/2", "relu", "upsample", "conv image 3x3 pad 1", "tanh"]);

    /// <summary>Where D says what about the label, with the last layer that fits it more often than not.</summary>
    private static readonly Gen<Recipe> Recipes =
        from g in Generators
        from d in Bodies
        from labelled in Gen.Frequency((6, Gen.Constant(true)), (1, Gen.Constant(false)))
        from toG in OneOf<GeneratorLabelKind>()
        from toD in OneOf<DiscriminatorLabelKind>()
        from last in Gen.Frequency((1, Gen.Constant<string?>("linear 1")), (5, Gen.Constant<string?>(null)))
        from objective in OneOf<ObjectiveKind>()
        from regularizer in OneOf<RegularizerKind>()
        from bounds in Gen.Elements((0f, false), (0f, true), (0.05f, false))
        from optimizers in OneOf<OptimizerKind>().Two()
        from pairs in Gen.Elements((0f, 1), (0.25f, 1), (0f, 2))
        from targets in Gen.Elements((1f, 0f), (1f, 0f), (0.9f, 0f), (1f, 0.1f))
        from critics in Gen.Elements(1, 2)
        from batch in OneOf<GeneratorBatchKind>()
        from start in OneOf<InitialValuesKind>()
        from vector in OneOf<RealVectorKind>()
        from average in Or0(0.9f)
        from decay in Or0(0.5f)
        from noise in Or0(0.2f)
        from augment in Gen.Elements(new AugmentRecipe(), new AugmentRecipe { Translate = 0.25f }, new AugmentRecipe { Rotate = 15, Contrast = 0.2f, Cutout = 0.25f })
        let label = labelled ? toD : DiscriminatorLabelKind.None
        select new Recipe
        {
            Name = "any", Latent = 5, BatchSize = 8, Generator = g,
            Discriminator = [.. d, last ?? label switch { DiscriminatorLabelKind.Auxiliary => "linear 1+classes", DiscriminatorLabelKind.ClassVector => "linear classes", _ => "linear 1" }],
            GeneratorLabel = labelled ? toG : GeneratorLabelKind.None, DiscriminatorLabel = label, Objective = objective, Regularizer = regularizer,
            WeightClip = bounds.Item1, SpectralNorm = bounds.Item2, GeneratorOptimizer = optimizers.Item1, DiscriminatorOptimizer = optimizers.Item2,
            MismatchedPairs = pairs.Item1, Packing = pairs.Item2, RealTarget = targets.Item1, LabelNoise = targets.Item2, NCritic = critics, GeneratorBatch = batch,
            InitialValues = start, RealVector = vector, GeneratorAverage = average, LearningRateDecay = decay, InstanceNoise = noise, Augment = augment,
        };

    [Fact]
    public void EveryCombinationIsRefusedOrTrains()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        int trained = 0, refused = 0;
        Law.Holds(Recipes, 600, recipe =>
        {
            long before = device.HeldBytes;
            ConditionalGan gan;
            try
            {
                gan = TinyGan.Create(device, recipe);
            }
            catch (InvalidDataException e)
            {
                refused++;
                Assert.StartsWith("recipe 'any': ", e.Message);
                Assert.Equal(before, device.HeldBytes);
                return;
            }
            using (gan)
            {
                gan.Plan(2);
                gan.TrainStep();
                gan.TrainStep();
                Assert.Null(gan.FindNonFinite());
                var metrics = gan.ReadMetrics();
                Assert.True(metrics.AreFinite);
                Assert.Equal(recipe.Regularizer != RegularizerKind.None, metrics.Penalty is not null);
                Assert.All(gan.Sample([0, 1, 2], 0, 1, 5), pixel => Assert.InRange(pixel, -1, 1));
                trained++;
            }
        });
        // Both happen, and often, or this tests nothing.
        Assert.InRange(trained, 100, 500);
        Assert.InRange(refused, 100, 500);
    }
}
