using GpuCgan.Kernels.Devices;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Tests.Runs;

/// <summary>Whole checkpoints of a network so small that a test writes them in milliseconds.</summary>
internal static class TinyCheckpoint
{
    public static Recipe Recipe { get; } = new() { Name = "tiny", Latent = 2, BatchSize = 2,
        Generator = ["linear 16", "leaky_relu 0.2", "linear image", "tanh"], Discriminator = ["linear 16", "leaky_relu 0.2", "linear 1"],
    };

    public static void Write(string path, long step)
    {
        using var device = ComputeDevice.Open("cpu", 1);
        using var gan = new ConditionalGan(device, Recipe, new ImageShape(2, 2, 1), 2, 7);
        gan.GoOnFrom(step);
        GanCheckpoint.Save(gan, path);
    }
}
