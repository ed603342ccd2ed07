using System.Runtime.InteropServices;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GpuCgan.Kernels.Devices;

/// <summary>
/// Recording by stream capture (CUDA driver API, "Graph Management"; CUDA 11.4 or newer). ILGPU 1.5.3 has no call for it, so the driver is asked directly: everything that ILGPU launches on its
/// stream goes into the graph. The mode is relaxed: other threads, finalisers for one, may call the driver meanwhile.
/// </summary>
internal sealed unsafe class CudaGraphs : IStepCapture
{
    private const int Relaxed = 2;

    private readonly Accelerator _accelerator;
    private readonly nint _stream;
    private readonly delegate* unmanaged<nint, int, int> _beginCapture;
    private readonly delegate* unmanaged<nint, out nint, int> _endCapture;
    private readonly delegate* unmanaged<out nint, nint, ulong, int> _instantiate;
    private readonly delegate* unmanaged<nint, nint, int> _launch;
    private readonly delegate* unmanaged<nint, int> _destroyExecutable;
    private readonly delegate* unmanaged<nint, int> _destroyGraph;
    private readonly delegate* unmanaged<int, out nint, int> _errorName;

    private CudaGraphs(Accelerator accelerator, nint stream, nint driver)
    {
        _accelerator = accelerator;
        _stream = stream;
        _beginCapture = (delegate* unmanaged<nint, int, int>)NativeLibrary.GetExport(driver, "cuStreamBeginCapture_v2");
        _endCapture = (delegate* unmanaged<nint, out nint, int>)NativeLibrary.GetExport(driver, "cuStreamEndCapture");
        _instantiate = (delegate* unmanaged<out nint, nint, ulong, int>)NativeLibrary.GetExport(driver, "cuGraphInstantiateWithFlags");
        _launch = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(driver, "cuGraphLaunch");
        _destroyExecutable = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(driver, "cuGraphExecDestroy");
        _destroyGraph = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(driver, "cuGraphDestroy");
        _errorName = (delegate* unmanaged<int, out nint, int>)NativeLibrary.GetExport(driver, "cuGetErrorName");
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
            return new CudaGraphs(device.Accelerator, stream.StreamPtr, NativeLibrary.Load(name));
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            why = $"{name} has no graphs, which CUDA has since 11.4 ({e.Message}); a step's kernels are launched one by one";
            return null;
        }
    }

    public void Begin()
    {
        _accelerator.Bind();
        Check(_beginCapture(_stream, Relaxed), "cuStreamBeginCapture");
    }

    public IRecordedStep End()
    {
        Check(_endCapture(_stream, out nint graph), "cuStreamEndCapture");
        int error = _instantiate(out nint executable, graph, 0);
        _ = _destroyGraph(graph);
        Check(error, "cuGraphInstantiate");
        return new Graph(this, executable);
    }

    public void Abandon()
    {
        if (_endCapture(_stream, out nint graph) == 0 && graph != 0)
            _ = _destroyGraph(graph);
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
