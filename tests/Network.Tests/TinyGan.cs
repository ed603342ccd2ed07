using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Network.Tests;

/// <summary>Small networks on small images that a test trains in milliseconds, and their numbers.</summary>
internal static class TinyGan
{
    public const int Classes = 3;

    public static readonly ImageShape Image = new(4, 4, 1);

    /// <summary>Widths 32, 48, 64 and 32, 48 at this size.</summary>
    public static readonly Recipe Recipe = new()
    {
        Name = "tiny", Latent = 5, BatchSize = 8,
        Generator = ["linear 150", "leaky_relu 0.2", "linear 260", "batch_norm", "leaky_relu 0.2", "linear 370", "batch_norm", "leaky_relu 0.2", "linear image", "tanh"],
        Discriminator = ["linear 200", "leaky_relu 0.2", "dropout 0.3", "linear 300", "leaky_relu 0.2", "dropout 0.3", "linear 1"],
    };

    /// <summary>The same without dropout, for what is compared with a reference.</summary>
    public static readonly Recipe Steady = Recipe with { Discriminator = ["linear 200", "leaky_relu 0.2", "linear 300", "leaky_relu 0.2", "linear 1"] };

    /// <summary>Layers whose parameters the optimiser moves beside the rest of the backward pass.</summary>
    public static readonly Recipe Wide = Recipe with
    {
        ScaleWidths = false,
        Generator = ["linear 256", "batch_norm", "relu", "linear 300", "batch_norm", "relu", "linear 260", "leaky_relu 0.2", "linear image", "tanh"],
        Discriminator = ["linear 256", "leaky_relu 0.2", "dropout 0.3", "linear 280", "leaky_relu 0.2", "dropout 0.3", "linear 260", "leaky_relu 0.2", "linear 1"],
    };

    /// <summary>Every option of the adversarial step at once.</summary>
    public static readonly Recipe Everything = Recipe with
    {
        LabelNoise = 0.1f, MismatchedPairs = 0.25f, InstanceNoise = 0.2f, Augment = new AugmentRecipe { Translate = 0.25f, Scale = 0.2f, Rotate = 15, Brightness = 0.2f, Contrast = 0.2f, Cutout = 0.25f }, NCritic = 2, LearningRateDecay = 0.5f,
        GeneratorAverage = 0.9f, RealTarget = 0.9f,
    };

    /// <summary>Each class is a bright quarter of its own, with some noise.</summary>
    public static (byte[] Pixels, byte[] Labels) Data(int count = 60)
    {
        var random = new Random(7);
        var pixels = new byte[count * Image.Pixels];
        var labels = new byte[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = (byte)(i % Classes);
            for (int p = 0; p < Image.Pixels; p++)
            {
                int quarter = p / 8 * 2 + p % 4 / 2;
                pixels[i * Image.Pixels + p] = (byte)(quarter == labels[i] ? random.Next(190, 256) : random.Next(0, 60));
            }
        }
        return (pixels, labels);
    }

    public static ConditionalGan Create(ComputeDevice device, Recipe? recipe = null, ulong seed = 3)
    {
        var gan = new ConditionalGan(device, recipe ?? Recipe, Image, Classes, seed);
        var (pixels, labels) = Data();
        gan.Load(pixels, labels);
        return gan;
    }

    public static float[] AllParameters(ConditionalGan gan) => [.. gan.GeneratorParameters.Values.Download(), .. gan.DiscriminatorParameters.Values.Download()];

    /// <summary>The share of images whose brightest quarter is the label's.</summary>
    public static double LabelAccuracy(ConditionalGan gan)
    {
        const int count = 50;
        var images = gan.Sample([0, 1, 2], 0, count, 11);
        int right = 0;
        for (int i = 0; i < 3 * count; i++)
        {
            var sums = new double[4];
            for (int p = 0; p < 16; p++)
                sums[p / 8 * 2 + p % 4 / 2] += images[i * 16 + p];
            right += Array.IndexOf(sums, sums.Max()) == i / count ? 1 : 0;
        }
        return right / (3.0 * count);
    }

    /// <summary>A matrix on a device as doubles.</summary>
    public static double[,] Read(Matrix matrix)
    {
        var all = Read(matrix.Data);
        var result = new double[matrix.Rows, matrix.Columns];
        for (int r = 0; r < matrix.Rows; r++)
        {
            for (int c = 0; c < matrix.Columns; c++)
                result[r, c] = all[r * matrix.Stride + c];
        }
        return result;
    }

    public static T[] Read<T>(ArrayView<T> view) where T : unmanaged
    {
        var all = new T[view.Length];
        // The copy runs on ILGPU's default stream, which on CUDA does not wait for a device's own.
        view.GetAccelerator().Synchronize();
        view.CopyToCPU(all);
        return all;
    }

    /// <summary>An arena's tensors by name, as the reference takes them.</summary>
    public static Dictionary<string, double[,]> Tensors(Arena arena)
    {
        var all = arena.Download();
        return arena.Layout.Slots.ToDictionary(slot => slot.Name, slot =>
        {
            var tensor = new double[slot.Rows, slot.Columns];
            for (int i = 0; i < slot.Length; i++)
                tensor[i / slot.Columns, i % slot.Columns] = all[slot.Offset + i];
            return tensor;
        });
    }
}
