using ILGPU.Runtime;

namespace GpuCgan.Kernels.Devices;

/// <summary>Streams beside the main one, for work that need not wait for its turn there.</summary>
internal interface IStepForks
{
    /// <summary>The side streams, at least two. The last is kept for work that waits for the others.</summary>
    IReadOnlyList<AcceleratorStream> Sides { get; }

    /// <summary>What a side is given from here on waits for what the main stream was given so far.</summary>
    /// <exception cref="RecordingException">The driver refuses.</exception>
    void Fork(int side);

    /// <summary>What a side is given from here on waits for what another side was given so far.</summary>
    /// <exception cref="RecordingException">The driver refuses.</exception>
    void Follow(int side, int other);

    /// <summary>What the main stream is given from here on waits for what a side was given so far.</summary>
    /// <exception cref="RecordingException">The driver refuses.</exception>
    void Join(int side);
}
