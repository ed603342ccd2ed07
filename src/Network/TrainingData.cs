using ILGPU;

namespace GpuCgan.Network;

/// <summary>A data set on the device, as bytes: batches are made from it there.</summary>
internal sealed class TrainingData
{
    public TrainingData(DeviceMemory memory, ReadOnlySpan<byte> pixels, ReadOnlySpan<byte> labels)
    {
        var p = memory.Array<byte>(pixels.Length);
        p.Upload(pixels);
        var l = memory.Array<byte>(labels.Length);
        l.Upload(labels);
        Pixels = p.View;
        Labels = l.View;
        Count = labels.Length;
    }

    /// <summary>[Count, pixels].</summary>
    public ArrayView<byte> Pixels { get; }

    /// <summary>[Count].</summary>
    public ArrayView<byte> Labels { get; }

    public int Count { get; }
}
