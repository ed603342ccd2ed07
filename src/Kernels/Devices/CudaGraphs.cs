using System.Runtime.InteropServices;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GpuCgan.Kernels.Devices;

/// <summary>
/// Recording by stream capture (CUDA driver API, "Graph Management"; CUDA 11.4 or newer). ILGPU 1.5.3 has no call for it, so the driver is asked directly: everything that ILGPU launches on its
/// stream goes into the graph. The mode is relaxed: other threads, finalisers for one, may call the driver meanwhile.
/// </summary>
/// <remarks>A stream that waits for an event of a stream that is being captured is captured with it, and the wait becomes an edge of the graph: so a branch begins, and so it is joined.</remarks>
internal sealed unsafe class CudaGraphs : IStepCapture
{
    private const int Relaxed = 2;
    private const int DisableTiming = 2;

    private readonly Accelerator _accelerator;
    private readonly nint _stream;
    private readonly nint[] _sides;
    private nint _event;
    private readonly delegate* unmanaged<nint, int, int> _beginCapture;
    private readonly delegate* unmanaged<nint, out nint, int> _endCapture;
    private readonly delegate* unmanaged<out nint, nint, ulong, int> _instantiate;
    private readonly delegate* unmanaged<nint, nint, int> _launch;
    private readonly delegate* unmanaged<nint, int> _destroyExecutable;
    private readonly delegate* unmanaged<nint, int> _destroyGraph;
    private readonly delegate* unmanaged<nint, nint, int> _recordEvent;
    private readonly delegate* unmanaged<nint, nint, uint, int> _waitEvent;
    private readonly delegate* unmanaged<nint, int> _destroyEvent;
    private readonly ProgrammaticEdges? _edges;
    private readonly delegate* unmanaged<int, out nint, int> _errorName;

    private CudaGraphs(ComputeDevice device, nint stream, nint driver)
    {
        _accelerator = device.Accelerator;
        _stream = stream;
        Sides = device.SideStreams;
        _sides = [.. Sides.Select(side => ((CudaStream)side).StreamPtr)];
        _beginCapture = (delegate* unmanaged<nint, int, int>)NativeLibrary.GetExport(driver, "cuStreamBeginCapture_v2");
        _endCapture = (delegate* unmanaged<nint, out nint, int>)NativeLibrary.GetExport(driver, "cuStreamEndCapture");
        _instantiate = (delegate* unmanaged<out nint, nint, ulong, int>)NativeLibrary.GetExport(driver, "cuGraphInstantiateWithFlags");
        _launch = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(driver, "cuGraphLaunch");
        _destroyExecutable = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(driver, "cuGraphExecDestroy");
        _destroyGraph = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(driver, "cuGraphDestroy");
        _recordEvent = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(driver, "cuEventRecord");
        _waitEvent = (delegate* unmanaged<nint, nint, uint, int>)NativeLibrary.GetExport(driver, "cuStreamWaitEvent");
        _destroyEvent = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(driver, "cuEventDestroy_v2");
        _errorName = (delegate* unmanaged<int, out nint, int>)NativeLibrary.GetExport(driver, "cuGetErrorName");
        _edges = device.Accelerator is CudaAccelerator cuda && EarlierLaunches.AreAwaited(cuda.Architecture) ? ProgrammaticEdges.Of(driver) : null;
        var createEvent = (delegate* unmanaged<out nint, uint, int>)NativeLibrary.GetExport(driver, "cuEventCreate");
        _accelerator.Bind();
        Check(createEvent(out _event, DisableTiming), "cuEventCreate");
    }

    /// <summary>The recording of a CUDA device's stream; null elsewhere, and with a reason where CUDA's driver is too old for it.</summary>
    public static CudaGraphs? For(ComputeDevice device, out string? why)
    {
        why = null;
        if (device.Stream is not CudaStream stream)
            return null;
        string name = OperatingSystem.IsWindows() ? "nvcuda" : "libcuda.so.1";
        try
        {
            return new CudaGraphs(device, stream.StreamPtr, NativeLibrary.Load(name));
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            why = $"{name} has no graphs, which CUDA has since 11.4 ({e.Message}); a step's kernels are launched one by one";
            return null;
        }
        catch (RecordingException e)
        {
            why = $"a step cannot be recorded ({e.Message}); its kernels are launched one by one";
            return null;
        }
    }

    public IReadOnlyList<AcceleratorStream> Sides { get; }

    public void Begin()
    {
        _accelerator.Bind();
        Check(_beginCapture(_stream, Relaxed), "cuStreamBeginCapture");
    }

    public void Fork(int side) => Wait(_sides[side], _stream);

    public void Follow(int side, int other) => Wait(_sides[side], _sides[other]);

    public void Join(int side) => Wait(_stream, _sides[side]);

    public IRecordedStep End()
    {
        Check(_endCapture(_stream, out nint graph), "cuStreamEndCapture");
        nint eager = _edges?.EagerCopy(graph) ?? 0;
        nint executable = 0;
        // Where the driver has no such edges, or none here, the graph is replayed as it was captured.
        bool isEager = eager != 0 && _instantiate(out executable, eager, 0) == 0;
        int error = isEager ? 0 : _instantiate(out executable, graph, 0);
        if (eager != 0)
            _ = _destroyGraph(eager);
        _ = _destroyGraph(graph);
        Check(error, "cuGraphInstantiate");
        return new Graph(this, executable);
    }

    public void Abandon()
    {
        if (_endCapture(_stream, out nint graph) == 0 && graph != 0)
            _ = _destroyGraph(graph);
    }

    public void Dispose()
    {
        if (_event == 0)
            return;
        _accelerator.Bind();
        _ = _destroyEvent(_event);
        _event = 0;
    }

    /// <summary>A wait is for what the event stood for when it was asked for, so one event serves them all.</summary>
    private void Wait(nint stream, nint other)
    {
        Check(_recordEvent(_event, other), "cuEventRecord");
        Check(_waitEvent(stream, _event, 0), "cuStreamWaitEvent");
    }

    private void Check(int error, string call)
    {
        if (error != 0)
            throw new RecordingException($"{call}: {NameOf(error)}");
    }

    private string NameOf(int error) => _errorName(error, out nint name) == 0 ? Marshal.PtrToStringUTF8(name) ?? $"error {error}" : $"error {error}";

    /// <summary>An executable graph.</summary>
    private sealed class Graph(CudaGraphs driver, nint executable) : IRecordedStep
    {
        private nint _executable = executable;

        public void Replay()
        {
            driver._accelerator.Bind();
            int error = driver._launch(_executable, driver._stream);
            if (error != 0)
                throw new CudaException($"cuGraphLaunch: {driver.NameOf(error)}");
        }

        public void Dispose()
        {
            if (_executable == 0)
                return;
            // What was launched still runs to its end: the driver frees the graph after that.
            driver._accelerator.Bind();
            _ = driver._destroyExecutable(_executable);
            _executable = 0;
        }
    }
}
