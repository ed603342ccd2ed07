using System.Reflection;
using GpuCgan.Kernels.Profiling;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace GpuCgan.Kernels.Devices;

/// <summary>
/// One opened device: its ILGPU accelerator, the stream that everything runs on in order, apart from the branches of a recorded step, and, for <see cref="DeviceKind.Cpu"/>,
/// the threads of the wide twins. Whoever opens it disposes it, after everything allocated from it.
/// </summary>
public sealed partial class ComputeDevice : IDisposable
{
    /// <summary>Lanes a group on <c>cpu-ilgpu</c>: what the largest group of any operator needs.</summary>
    private const int CpuGroupSize = 256;

    private readonly Context _context;
    private readonly Dictionary<MethodInfo, Delegate> _launchers = [];
    private long _heldBytes;

    private ComputeDevice(DeviceKind kind, int index, Context context, Accelerator accelerator, WorkerTeam? team, bool recordSteps, Precision precision = Precision.Fp32)
    {
        Precision = precision;
        RecordsSteps = recordSteps;
        Kind = kind;
        Index = index;
        _context = context;
        Accelerator = accelerator;
        Team = team;
        _main = accelerator.CreateStream();
    }

    /// <summary>Which of the five ways to compute this is.</summary>
    public DeviceKind Kind { get; }

    /// <summary>The i of <c>cuda:i</c> or <c>opencl:i</c>; 0 for the CPU.</summary>
    public int Index { get; }

    /// <summary>As <c>--device</c> names it, with its index.</summary>
    public string Id => Kind switch
    {
        DeviceKind.Cpu => "cpu",
        DeviceKind.CpuIlgpu => "cpu-ilgpu",
        DeviceKind.Cuda => $"cuda:{Index}",
        _ => $"opencl:{Index}",
    };

    /// <summary>The device's own name, such as "NVIDIA H200".</summary>
    public string Name => Kind == DeviceKind.Cpu ? $"CPU, {Threads} thread{(Threads == 1 ? "" : "s")}, {WideVectors.Description}" : Accelerator.Name;

    /// <summary>Threads that the wide twins use; 0 where ILGPU kernels run.</summary>
    public int Threads => Team?.Threads ?? 0;

    /// <summary>Whether steps are recorded and replayed where the device can do that: see <see cref="StepRecorder"/>.</summary>
    public bool RecordsSteps { get; }

    /// <summary>How products of matrices are computed.</summary>
    public Precision Precision { get; }

    /// <summary>ILGPU's accelerator: memory comes from it on every kind of device.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>Whether this is an OpenCL driver that computes on a CPU, as PoCL does: a loop over a group's lanes.</summary>
    internal bool IsCpuDriver => Accelerator.Device is CLDevice { DeviceType: CLDeviceType.CL_DEVICE_TYPE_CPU };

    /// <summary>The threads of the wide twins; null where ILGPU kernels run.</summary>
    internal WorkerTeam? Team { get; }

    /// <summary>Whether products read weights in strips, and are faster so; otherwise they take them row by row alone. See <see cref="WeightMatrix"/>.</summary>
    public bool ProductsTakeStrips => Team is not null;

    /// <summary>Called before each <see cref="DeviceOperation"/>: tests make a device fail there. Null in every program.</summary>
    internal Action<DeviceOperation>? Interceptor { get; set; }

    /// <summary>Called with each device that is opened: a test's way to one that a whole program opens for itself. Null in every program.</summary>
    internal static Action<ComputeDevice>? Opened { get; set; }

    /// <summary>Called with the address and the bytes of each array that is allocated: a test's way to all of a device's memory. Null in every program.</summary>
    internal Action<nint, long>? Allocated { get; set; }

    /// <summary>Whether <see cref="Failure"/> was asked for: what is left on the device is gone with it.</summary>
    internal bool HasFailed { get; private set; }

    /// <summary>Whether an exception means that this device failed, and not this program.</summary>
    public static bool IsFailure(Exception e) => DeviceFailures.IsFailure(e);

    /// <summary>An exception for which <see cref="IsFailure"/> is true, as one line that names the device. Whatever disposes memory of it afterwards does not fail once more.</summary>
    public DeviceFailedException Failure(Exception e)
    {
        HasFailed = true;
        return DeviceFailures.At(this, e);
    }

    /// <summary>Loads kernels: an exception on the way means that they do not compile for this device.</summary>
    /// <exception cref="DeviceFailedException">They do not.</exception>
    public T Compile<T>(Func<ComputeDevice, T> load)
    {
        try
        {
            Interceptor?.Invoke(DeviceOperation.Compile);
            return load(this);
        }
        catch (Exception e) when (DeviceFailures.IsCompilation(e))
        {
            HasFailed = true;
            throw DeviceFailures.AtCompilation(this, e);
        }
    }

    /// <summary>Loads a kernel, as every operator does its own, and keeps it as long as the device is open: ILGPU holds kernels weakly, and would compile the next operator's anew.</summary>
    /// <remarks>
    /// The compiler is cleared first of what it kept of earlier kernels: ILGPU 1.5.3 keeps methods and types that kernels share in the form that the last one left them in, and compiling another from
    /// there can end in a null reference: so with <see cref="Operators.BatchNorm"/> behind <see cref="Operators.BatchNorm2d"/>. Nothing of a loaded kernel is lost, and one that is loaded again is not
    /// compiled again.
    /// </remarks>
    internal TLauncher Load<TLauncher>(Func<Accelerator, TLauncher> load) where TLauncher : Delegate
    {
        _context.ClearCache(ClearCacheMode.Default);
        var launcher = load(Accelerator);
        // A kernel's launcher is a method that was made for it.
        _launchers.TryAdd(launcher.Method, launcher);
        return launcher;
    }

    /// <summary>Hears of every launch; null, which costs a launch a comparison, unless a step is being profiled.</summary>
    public ILaunchProfiler? Profiler { get; set; }

    /// <summary>Whether launches can be timed: the CPU by the clock, other devices where they were opened for it.</summary>
    public bool CanProfile => Kind == DeviceKind.Cpu || _context.Properties.EnableProfiling;

    /// <summary>Opens the device that <paramref name="name"/> asks for: <c>auto</c>, <c>cuda[:i]</c>, <c>opencl[:i]</c>, <c>cpu</c> or <c>cpu-ilgpu</c>.</summary>
    /// <param name="name">A device as <c>--device</c> names it.</param>
    /// <param name="threads">Threads of the <c>cpu</c> device; all cores where null.</param>
    /// <param name="profiling">Whether launches are to be timed (<see cref="LaunchRecorder"/>): a driver may be slower for it, and a timed step is launched kernel by kernel.</param>
    /// <param name="recordSteps">False to launch every kernel of every step from the host, for diagnosis.</param>
    /// <param name="precision">How products of matrices are to be computed.</param>
    /// <exception cref="DeviceNotFoundException">No such name, or the machine has no such device, or it cannot compute in that precision.</exception>
    /// <exception cref="DeviceFailedException">The device is there and cannot be opened. No other one is taken in its place.</exception>
    public static ComputeDevice Open(string name, int? threads = null, bool profiling = false, bool recordSteps = true, Precision precision = Precision.Fp32)
    {
        var request = DeviceRequest.Parse(name);
        var device = request.IsAuto
            ? OpenBest(threads, profiling, recordSteps, precision)
            : Open(request.Kind, request.Index, threads, profiling, recordSteps, precision);
        Opened?.Invoke(device);
        return device;
    }

    private static ComputeDevice OpenBest(int? threads, bool profiling, bool recordSteps, Precision precision)
    {
        var best = DeviceCatalog.Read().Best;
        return Open(best.Kind, best.Index, threads, profiling, recordSteps, precision);
    }

    private static ComputeDevice Open(DeviceKind kind, int index, int? threads, bool profiling, bool recordSteps, Precision precision)
    {
        if (precision != Precision.Fp32 && kind != DeviceKind.Cuda)
            throw WithoutTensorCores(precision, kind == DeviceKind.OpenCl ? $"opencl:{index}" : kind == DeviceKind.Cpu ? "cpu" : "cpu-ilgpu");
        if (kind == DeviceKind.Cpu)
        {
            var context = Context.Create(builder => builder.CPU());
            // Memory alone is taken from this accelerator, so it is the smallest that ILGPU offers.
            var accelerator = new CPUDevice(2, 1, 1).CreateCPUAccelerator(context);
            return new ComputeDevice(kind, 0, context, accelerator, new WorkerTeam(threads ?? Environment.ProcessorCount), recordSteps);
        }
        if (kind == DeviceKind.CpuIlgpu)
        {
            var context = Context.Create(builder =>
            {
                builder.CPU().Optimize(OptimizationLevel.O2);
                if (profiling)
                    builder.Profiling();
            });
            return new ComputeDevice(kind, 0, context, new CPUDevice(16, CpuGroupSize / 16, 1).CreateCPUAccelerator(context), null, recordSteps);
        }

        DriverNames.Register();
        var gpu = DeviceCatalog.CreateGpuContext(kind, profiling);
        var devices = DeviceCatalog.GpuDevices(gpu, kind);
        if (index >= devices.Count)
        {
            gpu.Dispose();
            throw DeviceCatalog.NotFound(kind, index, devices.Count);
        }
        Accelerator opened;
        try
        {
            opened = devices[index].CreateAccelerator(gpu);
        }
        catch (AcceleratorException e)
        {
            gpu.Dispose();
            throw new DeviceFailedException(DeviceFault.Lost,
                $"device {(kind == DeviceKind.Cuda ? "cuda" : "opencl")}:{index} cannot be opened ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}). See 'gpucgan devices', or choose another --device.", e);
        }
        if (precision != Precision.Fp32 && opened is CudaAccelerator cuda && cuda.Architecture < CudaArchitecture.SM_80)
        {
            string what = $"cuda:{index}, {cuda.Name} ({cuda.Architecture}),";
            opened.Dispose();
            gpu.Dispose();
            throw WithoutTensorCores(precision, what);
        }
        if (opened is CudaAccelerator compiling)
        {
            EarlierLaunches.Allow(compiling.Capabilities, compiling.Architecture);
            DivergentBranches.Allow(gpu);
        }
        // A marker between two kernels would break a capture.
        return new ComputeDevice(kind, index, gpu, opened, null, recordSteps && !profiling, precision);
    }

    private static DeviceNotFoundException WithoutTensorCores(Precision precision, string device) =>
        new($"precision {precision.ToString().ToLowerInvariant()}: {device} has no tensor cores for it; NVIDIA GPUs from Ampere (SM_80) on have them, and fp32 runs everywhere.");

    /// <summary>How often the host allocated memory, copied to or from it, or waited. A step of training does none of that, or it could not be recorded.</summary>
    public long HostCalls { get; private set; }

    /// <summary>Counts one of <see cref="HostCalls"/>.</summary>
    internal void CountHostCall() => HostCalls++;

    /// <summary>Bytes of device memory that were allocated and are not disposed yet. Flat from step to step, or something leaks.</summary>
    public long HeldBytes => Interlocked.Read(ref _heldBytes);

    /// <summary>Counts memory that came (positive) or went.</summary>
    internal void CountHeldBytes(long bytes) => Interlocked.Add(ref _heldBytes, bytes);

    /// <summary>Memory on this device for <paramref name="length"/> elements, set to zero. The caller disposes it.</summary>
    public DeviceArray<T> Allocate<T>(long length) where T : unmanaged
    {
        HostCalls++;
        return new(this, length);
    }

    /// <summary>A zeroed matrix whose rows start at multiples of 64 bytes, with its memory. The caller disposes the memory.</summary>
    public (DeviceArray<float> Memory, Matrix Matrix) AllocateMatrix(int rows, int columns)
    {
        int stride = Matrix.AlignedStride(columns);
        var memory = Allocate<float>((long)rows * stride);
        return (memory, new Matrix(memory.View, rows, columns, stride));
    }

    /// <summary>A copy on the stream: announced like a launch, and waited for by nobody.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Copy<T>(ArrayView<T> source, ArrayView<T> target) where T : unmanaged
    {
        if (source.Length != target.Length)
            throw new ArgumentException($"{source.Length} elements are not copied to {target.Length}.", nameof(target));
        using var launch = Profiler?.Begin("Copy", $"{source.Length}", 0, 2 * source.Length * Interop.SizeOf<T>());
        source.CopyTo(Stream, target);
    }

    /// <summary>Waits until everything queued on the stream is done.</summary>
    public void Synchronize()
    {
        Interceptor?.Invoke(DeviceOperation.Synchronize);
        HostCalls++;
        _main.Synchronize();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Team?.Dispose();
        try
        {
            foreach (var side in _sides ?? [])
                side.Dispose();
            _main.Dispose();
            Accelerator.Dispose();
            _context.Dispose();
        }
        catch (AcceleratorException) when (HasFailed)
        {
            // The failure has been thrown already, and what a lost device held went with it.
        }
    }
}
