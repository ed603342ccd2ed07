namespace GpuCgan.Kernels.Devices;

/// <summary>
/// What a driver offers to record the work that is queued on a stream instead of doing it, and to do it later as one. What is forked off
/// meanwhile is recorded with it, and must have been joined by its end.
/// </summary>
internal interface IStepCapture : IStepForks, IDisposable
{
    /// <summary>From here on work is recorded.</summary>
    /// <exception cref="RecordingException">The driver refuses.</exception>
    void Begin();

    /// <summary>Ends the recording, which the caller disposes.</summary>
    /// <exception cref="RecordingException">Something that was queued cannot be recorded. Nothing was done, and nothing is being recorded any more.</exception>
    IRecordedStep End();

    /// <summary>Ends a recording that failed half way, whatever state it is in.</summary>
    void Abandon();
}

/// <summary>Recorded work.</summary>
internal interface IRecordedStep : IDisposable
{
    /// <summary>Queues all of it on the stream.</summary>
    /// <exception cref="ILGPU.Runtime.AcceleratorException">The device failed.</exception>
    void Replay();
}

/// <summary>Work could not be recorded; the device itself is well.</summary>
internal sealed class RecordingException(string message) : Exception(message);
