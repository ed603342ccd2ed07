using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Architecture;
using GpuCgan.Network.Recipes;
using ILGPU.Runtime;

namespace GpuCgan.Network.Tests;

/// <summary>A D that takes several images as one sample. Its gradients are in <see cref="GradientTests"/>, its refusals in <see cref="RecipeTests"/>.</summary>
public sealed class PackingTests
{
    private static readonly Recipe Packed = TinyGan.Recipe with { Packing = 2 };

    private static readonly Recipe Planes = Packed with
    {
        Discriminator = ["conv 5 3x3 stride 2 pad 1", "leaky_relu 0.2", "conv 4 3x3 pad 1", "relu", "linear 1"], DiscriminatorLabel = DiscriminatorLabelKind.Plane,
    };

    public static TheoryData<Recipe> Recipes =>
    [
        Packed, Planes, Planes with { Regularizer = RegularizerKind.GradientPenalty }, TinyGan.Everything with { Packing = 4, MismatchedPairs = 0 },
        Packed with { GeneratorLabel = GeneratorLabelKind.None, DiscriminatorLabel = DiscriminatorLabelKind.None, SpectralNorm = true },
    ];

    [Theory]
    [InlineData(DiscriminatorLabelKind.None, "2×28×28")]
    [InlineData(DiscriminatorLabelKind.OneHot, "1588")]
    [InlineData(DiscriminatorLabelKind.Planes, "22×28×28")]
    [InlineData(DiscriminatorLabelKind.Plane, "4×28×28")]
    public void WhatTheDiscriminatorTakes(DiscriminatorLabelKind label, string input)
    {
        var recipe = new Recipe { Packing = 2, DiscriminatorLabel = label, GeneratorLabel = label == DiscriminatorLabelKind.None ? GeneratorLabelKind.None : GeneratorLabelKind.OneHot };
        var plan = GanPlan.Of(recipe, new ImageShape(28, 28, 1), 10);
        Assert.Equal(input, plan.Discriminator.Input.ToString());
        Assert.Equal(1, plan.Discriminator.Output.Length);
    }

    [Fact]
    public void APackTooLargeIsRefused()
    {
        var e = Assert.Throws<InvalidDataException>(() => GanPlan.Of(new Recipe { Packing = 16, DiscriminatorLabel = DiscriminatorLabelKind.Planes }, new ImageShape(256, 256, 3), 200));
        Assert.Contains("packing is 16", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void AScoreIsThatOfAllImagesOfItsPackAndOfNoOther(Recipe recipe)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, recipe);
        gan.TrainDiscriminator();
        var pairs = gan.Batch.Pairs;
        int packs = 2 * recipe.BatchSize / recipe.Packing;
        Assert.Equal(packs, gan.Batch.Logits.Rows);
        using var memory = device.Allocate<float>(packs);
        float[] Scores()
        {
            // Not in training: no dropout comes between.
            gan.Discriminator.Forward(pairs, new Matrix(memory.View, packs, 1), default);
            return memory.Download();
        }
        float[] before = Scores();
        float[] numbers = TinyGan.Read(pairs.Data);
        for (int image = 0; image < pairs.Rows; image++)
        {
            float[] changed = [.. numbers];
            changed[image * pairs.Stride + 5] += 1;
            pairs.Data.CopyFromCPU(changed);
            float[] after = Scores();
            Assert.All(Enumerable.Range(0, packs), pack => Assert.Equal(pack == image / recipe.Packing, before[pack] != after[pack]));
        }
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void EqualSeedsGiveEqualBitsOnOneThreadAndOnTwo(Recipe recipe)
    {
        float[] Train(int threads)
        {
            using var device = ComputeDevice.Open("cpu", threads);
            using var gan = TinyGan.Create(device, recipe);
            for (int i = 0; i < 10; i++)
                gan.TrainStep();
            Assert.True(gan.ReadMetrics().AreFinite);
            return TinyGan.AllParameters(gan);
        }
        Assert.Equal(Train(1), Train(2));
    }

    [Fact]
    public void ItLearnsWhichImageBelongsToWhichLabel()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, Packed with { GeneratorLearningRate = 1e-3f, DiscriminatorLearningRate = 1e-3f });
        for (int i = 0; i < 2000; i++)
            gan.TrainStep();
        // Who does not read the label is right about a third of the time.
        Assert.InRange(TinyGan.LabelAccuracy(gan), 0.95, 1);
    }

    [Fact]
    public void ARunsOptionsGiveItBack()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, $$"""{ "recipe": {{RecipeFile.ToJson(Packed).ToJsonString()}} }""");
            Assert.Equal(2, RecipeFile.Load(file).Packing);
            Assert.True(RecipeFile.AreSame(Packed, RecipeFile.Load(file)));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [OnCpuIlgpu, OnCuda, OnOpenCl]
    public void TheIlgpuKernelsGiveTheSameGradients(string name)
    {
        // As small as a GAN gets: the CPU accelerator starts a thread a lane.
        var recipe = Packed with
        {
            BatchSize = 4, Generator = ["linear image", "tanh"],
            Discriminator = ["conv 2 3x3 stride 2 pad 1", "leaky_relu 0.2", "linear 1"], DiscriminatorLabel = DiscriminatorLabelKind.Plane,
        };
        float[] Gradients(string name)
        {
            var device = TestDevice.Get(name);
            using var gan = TinyGan.Create(device, recipe);
            gan.TrainStep();
            return [.. gan.DiscriminatorParameters.Gradients.Download(), .. gan.GeneratorParameters.Gradients.Download()];
        }
        float[] wide = Gradients("cpu"), ilgpu = Gradients(name);
        // Sums of at most a few hundred terms, fused on one side and not on the other. G's come through D's first step, Adam's ±lr, in which a gradient of almost nothing may turn over.
        float largest = wide.Max(Math.Abs);
        Assert.True(largest > 1e-3f);
        Assert.All(wide.Zip(ilgpu), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1e-3f * largest, $"{pair.First} and {pair.Second} of {largest}"));
    }
}
