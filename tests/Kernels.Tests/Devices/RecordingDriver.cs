using GpuCgan.Kernels.Devices;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GpuCgan.Kernels.Tests.Devices;

/// <summary>A driver that writes down what it is asked for. While it records, work that is "queued" through it is kept, not done.</summary>
internal sealed class RecordingDriver(ComputeDevice? device = null) : IStepCapture
{
    private List<string>? _recording;

    public IReadOnlyList<AcceleratorStream> Sides => device?.SideStreams ?? [];

    public List<string> Log { get; } = [];

    public string? FailIn { get; set; }

    public void Queue(string work)
    {
        if (_recording is null)
        {
            Log.Add(work);
            return;
        }
        if (FailIn == "queue")
            throw new CudaException("operation not permitted when stream is capturing");
        int side = Sides.ToList().IndexOf(device?.Stream!);
        _recording.Add(side < 0 ? work : $"{work}@{side}");
    }

    public void QueueBeside(string work)
    {
        using (device!.Beside())
            Queue(work);
    }

    public void QueueBehindAll(string work)
    {
        using (device!.BesideBehindAll())
            Queue(work);
    }

    public void Fork(int side)
    {
        if (FailIn == "fork")
            throw new RecordingException("cuStreamWaitEvent: CUDA_ERROR_STREAM_CAPTURE_ISOLATION");
        _recording!.Add($"fork@{side}");
    }

    public void Follow(int side, int other) => _recording!.Add($"{side} behind {other}");

    public void Join(int side)
    {
        // A capture that is broken takes nothing more.
        if (FailIn is "join" or "queue")
            throw new RecordingException("cuEventRecord: CUDA_ERROR_STREAM_CAPTURE_INVALIDATED");
        _recording!.Add($"join@{side}");
    }

    public void Dispose()
    {
    }

    public void Begin()
    {
        if (FailIn == "begin")
            throw new RecordingException("cuStreamBeginCapture: CUDA_ERROR_NOT_SUPPORTED");
        Assert.Null(_recording);
        _recording = [];
        Log.Add("begin");
    }

    public IRecordedStep End()
    {
        var recorded = _recording!;
        _recording = null;
        Log.Add("end");
        return FailIn == "end" ? throw new RecordingException("cuGraphInstantiate: CUDA_ERROR_OUT_OF_MEMORY") : new Graph(this, recorded);
    }

    public void Abandon()
    {
        var lost = _recording!.Where(work => work.StartsWith("join", StringComparison.Ordinal));
        Log.Add(string.Join(' ', (string[])["abandon", .. lost]));
        _recording = null;
    }

    private sealed class Graph(RecordingDriver driver, List<string> work) : IRecordedStep
    {
        public void Replay()
        {
            if (driver.FailIn == "replay")
                throw new CudaException("cuGraphLaunch: CUDA_ERROR_ILLEGAL_ADDRESS");
            driver.Log.Add($"replay {string.Join(' ', work)}");
        }

        public void Dispose() => driver.Log.Add("dispose");
    }
}
