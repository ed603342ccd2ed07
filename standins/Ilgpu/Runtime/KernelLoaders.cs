using ILGPU.Execution;

namespace ILGPU.Runtime;

/// <summary>
/// Makes launchers of kernels: load once, keep the delegate. A kernel is a static method (or a lambda that captures nothing) whose
/// parameters are structs. A launch is over when it returns, with every stream, and throws what a lane threw.
/// </summary>
public static partial class KernelLoaders
{
    // One pair of methods for each number of parameters. The captured a1, a2, … are the arguments of the launch under way: a kernel
    // takes one launch at a time (Begin waits for its turn), so that a launch allocates nothing.

    public static Action<AcceleratorStream, KernelConfig, T1> LoadKernel<T1>(
        this Accelerator accelerator, Action<T1> action)
        where T1 : struct
    {
        T1 a1 = default;
        var kernel = new GroupedKernel(accelerator, action, () => action(a1));
        return (stream, config, p1) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1;
            kernel.Launch(config);
        };
    }

    public static Action<KernelConfig, T1> LoadStreamKernel<T1>(
        this Accelerator accelerator, Action<T1> action)
        where T1 : struct
    {
        var kernel = accelerator.LoadKernel(action);
        return (config, p1) => kernel(accelerator.DefaultStream, config, p1);
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2> LoadKernel<T1, T2>(
        this Accelerator accelerator, Action<T1, T2> action)
        where T1 : struct where T2 : struct
    {
        T1 a1 = default; T2 a2 = default;
        var kernel = new GroupedKernel(accelerator, action, () => action(a1, a2));
        return (stream, config, p1, p2) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2;
            kernel.Launch(config);
        };
    }

    public static Action<KernelConfig, T1, T2> LoadStreamKernel<T1, T2>(
        this Accelerator accelerator, Action<T1, T2> action)
        where T1 : struct where T2 : struct
    {
        var kernel = accelerator.LoadKernel(action);
        return (config, p1, p2) => kernel(accelerator.DefaultStream, config, p1, p2);
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3> LoadKernel<T1, T2, T3>(
        this Accelerator accelerator, Action<T1, T2, T3> action)
        where T1 : struct where T2 : struct where T3 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default;
        var kernel = new GroupedKernel(accelerator, action, () => action(a1, a2, a3));
        return (stream, config, p1, p2, p3) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3;
            kernel.Launch(config);
        };
    }

    public static Action<KernelConfig, T1, T2, T3> LoadStreamKernel<T1, T2, T3>(
        this Accelerator accelerator, Action<T1, T2, T3> action)
        where T1 : struct where T2 : struct where T3 : struct
    {
        var kernel = accelerator.LoadKernel(action);
        return (config, p1, p2, p3) => kernel(accelerator.DefaultStream, config, p1, p2, p3);
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4> LoadKernel<T1, T2, T3, T4>(
        this Accelerator accelerator, Action<T1, T2, T3, T4> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default;
        var kernel = new GroupedKernel(accelerator, action, () => action(a1, a2, a3, a4));
        return (stream, config, p1, p2, p3, p4) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4;
            kernel.Launch(config);
        };
    }

    public static Action<KernelConfig, T1, T2, T3, T4> LoadStreamKernel<T1, T2, T3, T4>(
        this Accelerator accelerator, Action<T1, T2, T3, T4> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        var kernel = accelerator.LoadKernel(action);
        return (config, p1, p2, p3, p4) => kernel(accelerator.DefaultStream, config, p1, p2, p3, p4);
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5> LoadKernel<T1, T2, T3, T4, T5>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default;
        var kernel = new GroupedKernel(accelerator, action, () => action(a1, a2, a3, a4, a5));
        return (stream, config, p1, p2, p3, p4, p5) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5;
            kernel.Launch(config);
        };
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5> LoadStreamKernel<T1, T2, T3, T4, T5>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        var kernel = accelerator.LoadKernel(action);
        return (config, p1, p2, p3, p4, p5) => kernel(accelerator.DefaultStream, config, p1, p2, p3, p4, p5);
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6> LoadKernel<T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default;
        var kernel = new GroupedKernel(accelerator, action, () => action(a1, a2, a3, a4, a5, a6));
        return (stream, config, p1, p2, p3, p4, p5, p6) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6;
            kernel.Launch(config);
        };
    }

    /// <summary>A CPU compiles the same kernel whatever is promised; a launch that breaks the promise is refused.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6> LoadKernel<T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> action, KernelSpecialization specialization)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        var kernel = accelerator.LoadKernel(action);
        return (stream, config, p1, p2, p3, p4, p5, p6) =>
        {
            if (config.GroupDim.LongSize > specialization.MaxNumThreadsPerGroup)
                throw new ArgumentOutOfRangeException(nameof(config), $"A group of {config.GroupDim} has more lanes than the {specialization.MaxNumThreadsPerGroup} that the kernel was made for.");
            kernel(stream, config, p1, p2, p3, p4, p5, p6);
        };
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6> LoadStreamKernel<T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        var kernel = accelerator.LoadKernel(action);
        return (config, p1, p2, p3, p4, p5, p6) => kernel(accelerator.DefaultStream, config, p1, p2, p3, p4, p5, p6);
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadKernel<T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default; T7 a7 = default;
        var kernel = new GroupedKernel(accelerator, action, () => action(a1, a2, a3, a4, a5, a6, a7));
        return (stream, config, p1, p2, p3, p4, p5, p6, p7) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6; a7 = p7;
            kernel.Launch(config);
        };
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
    {
        var kernel = accelerator.LoadKernel(action);
        return (config, p1, p2, p3, p4, p5, p6, p7) => kernel(accelerator.DefaultStream, config, p1, p2, p3, p4, p5, p6, p7);
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default; T7 a7 = default; T8 a8 = default;
        var kernel = new GroupedKernel(accelerator, action, () => action(a1, a2, a3, a4, a5, a6, a7, a8));
        return (stream, config, p1, p2, p3, p4, p5, p6, p7, p8) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6; a7 = p7; a8 = p8;
            kernel.Launch(config);
        };
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct
    {
        var kernel = accelerator.LoadKernel(action);
        return (config, p1, p2, p3, p4, p5, p6, p7, p8) => kernel(accelerator.DefaultStream, config, p1, p2, p3, p4, p5, p6, p7, p8);
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default; T7 a7 = default; T8 a8 = default; T9 a9 = default;
        var kernel = new GroupedKernel(accelerator, action, () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9));
        return (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6; a7 = p7; a8 = p8; a9 = p9;
            kernel.Launch(config);
        };
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct
    {
        var kernel = accelerator.LoadKernel(action);
        return (config, p1, p2, p3, p4, p5, p6, p7, p8, p9) => kernel(accelerator.DefaultStream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9);
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default; T7 a7 = default; T8 a8 = default; T9 a9 = default; T10 a10 = default;
        var kernel = new GroupedKernel(accelerator, action, () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10));
        return (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6; a7 = p7; a8 = p8; a9 = p9; a10 = p10;
            kernel.Launch(config);
        };
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct
    {
        var kernel = accelerator.LoadKernel(action);
        return (config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10) => kernel(accelerator.DefaultStream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10);
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default; T7 a7 = default; T8 a8 = default; T9 a9 = default; T10 a10 = default; T11 a11 = default;
        var kernel = new GroupedKernel(accelerator, action, () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11));
        return (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6; a7 = p7; a8 = p8; a9 = p9; a10 = p10; a11 = p11;
            kernel.Launch(config);
        };
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        var kernel = accelerator.LoadKernel(action);
        return (config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11) => kernel(accelerator.DefaultStream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11);
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default; T7 a7 = default; T8 a8 = default; T9 a9 = default; T10 a10 = default; T11 a11 = default; T12 a12 = default;
        var kernel = new GroupedKernel(accelerator, action, () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12));
        return (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6; a7 = p7; a8 = p8; a9 = p9; a10 = p10; a11 = p11; a12 = p12;
            kernel.Launch(config);
        };
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        var kernel = accelerator.LoadKernel(action);
        return (config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12) => kernel(accelerator.DefaultStream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12);
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default; T7 a7 = default; T8 a8 = default; T9 a9 = default; T10 a10 = default; T11 a11 = default; T12 a12 = default; T13 a13 = default;
        var kernel = new GroupedKernel(accelerator, action, () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13));
        return (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6; a7 = p7; a8 = p8; a9 = p9; a10 = p10; a11 = p11; a12 = p12; a13 = p13;
            kernel.Launch(config);
        };
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
    {
        var kernel = accelerator.LoadKernel(action);
        return (config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13) => kernel(accelerator.DefaultStream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13);
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default; T7 a7 = default; T8 a8 = default; T9 a9 = default; T10 a10 = default; T11 a11 = default; T12 a12 = default; T13 a13 = default; T14 a14 = default;
        var kernel = new GroupedKernel(accelerator, action, () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14));
        return (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6; a7 = p7; a8 = p8; a9 = p9; a10 = p10; a11 = p11; a12 = p12; a13 = p13; a14 = p14;
            kernel.Launch(config);
        };
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct
    {
        var kernel = accelerator.LoadKernel(action);
        return (config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14) => kernel(accelerator.DefaultStream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14);
    }
}
