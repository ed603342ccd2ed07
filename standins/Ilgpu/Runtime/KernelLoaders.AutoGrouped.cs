using ILGPU.Execution;

namespace ILGPU.Runtime;

/// <content>
/// Kernels that are given the index of an element; how the elements are grouped is the accelerator's choice, so that such a kernel
/// has no shared memory and no barriers.
/// </content>
public static partial class KernelLoaders
{
    public static Action<AcceleratorStream, TIndex, T1> LoadAutoGroupedKernel<TIndex, T1>(
        this Accelerator accelerator, Action<TIndex, T1> action)
        where TIndex : struct, IIndex where T1 : struct
    {
        T1 a1 = default;
        var kernel = new ElementKernel<TIndex>(accelerator, action, index => action(index, a1));
        return (stream, extent, p1) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1;
            kernel.Launch(extent);
        };
    }

    public static Action<TIndex, T1> LoadAutoGroupedStreamKernel<TIndex, T1>(
        this Accelerator accelerator, Action<TIndex, T1> action)
        where TIndex : struct, IIndex where T1 : struct
    {
        var kernel = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1) => kernel(accelerator.DefaultStream, extent, p1);
    }

    public static Action<AcceleratorStream, TIndex, T1, T2> LoadAutoGroupedKernel<TIndex, T1, T2>(
        this Accelerator accelerator, Action<TIndex, T1, T2> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct
    {
        T1 a1 = default; T2 a2 = default;
        var kernel = new ElementKernel<TIndex>(accelerator, action, index => action(index, a1, a2));
        return (stream, extent, p1, p2) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2;
            kernel.Launch(extent);
        };
    }

    public static Action<TIndex, T1, T2> LoadAutoGroupedStreamKernel<TIndex, T1, T2>(
        this Accelerator accelerator, Action<TIndex, T1, T2> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct
    {
        var kernel = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2) => kernel(accelerator.DefaultStream, extent, p1, p2);
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3> LoadAutoGroupedKernel<TIndex, T1, T2, T3>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default;
        var kernel = new ElementKernel<TIndex>(accelerator, action, index => action(index, a1, a2, a3));
        return (stream, extent, p1, p2, p3) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3;
            kernel.Launch(extent);
        };
    }

    public static Action<TIndex, T1, T2, T3> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct
    {
        var kernel = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2, p3) => kernel(accelerator.DefaultStream, extent, p1, p2, p3);
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default;
        var kernel = new ElementKernel<TIndex>(accelerator, action, index => action(index, a1, a2, a3, a4));
        return (stream, extent, p1, p2, p3, p4) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4;
            kernel.Launch(extent);
        };
    }

    public static Action<TIndex, T1, T2, T3, T4> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        var kernel = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2, p3, p4) => kernel(accelerator.DefaultStream, extent, p1, p2, p3, p4);
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default;
        var kernel = new ElementKernel<TIndex>(accelerator, action, index => action(index, a1, a2, a3, a4, a5));
        return (stream, extent, p1, p2, p3, p4, p5) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5;
            kernel.Launch(extent);
        };
    }

    public static Action<TIndex, T1, T2, T3, T4, T5> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        var kernel = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2, p3, p4, p5) => kernel(accelerator.DefaultStream, extent, p1, p2, p3, p4, p5);
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default;
        var kernel = new ElementKernel<TIndex>(accelerator, action, index => action(index, a1, a2, a3, a4, a5, a6));
        return (stream, extent, p1, p2, p3, p4, p5, p6) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6;
            kernel.Launch(extent);
        };
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        var kernel = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2, p3, p4, p5, p6) => kernel(accelerator.DefaultStream, extent, p1, p2, p3, p4, p5, p6);
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default; T7 a7 = default;
        var kernel = new ElementKernel<TIndex>(accelerator, action, index => action(index, a1, a2, a3, a4, a5, a6, a7));
        return (stream, extent, p1, p2, p3, p4, p5, p6, p7) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6; a7 = p7;
            kernel.Launch(extent);
        };
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
    {
        var kernel = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2, p3, p4, p5, p6, p7) => kernel(accelerator.DefaultStream, extent, p1, p2, p3, p4, p5, p6, p7);
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default; T7 a7 = default; T8 a8 = default;
        var kernel = new ElementKernel<TIndex>(accelerator, action, index => action(index, a1, a2, a3, a4, a5, a6, a7, a8));
        return (stream, extent, p1, p2, p3, p4, p5, p6, p7, p8) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6; a7 = p7; a8 = p8;
            kernel.Launch(extent);
        };
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct
    {
        var kernel = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2, p3, p4, p5, p6, p7, p8) => kernel(accelerator.DefaultStream, extent, p1, p2, p3, p4, p5, p6, p7, p8);
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default; T7 a7 = default; T8 a8 = default; T9 a9 = default;
        var kernel = new ElementKernel<TIndex>(accelerator, action, index => action(index, a1, a2, a3, a4, a5, a6, a7, a8, a9));
        return (stream, extent, p1, p2, p3, p4, p5, p6, p7, p8, p9) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6; a7 = p7; a8 = p8; a9 = p9;
            kernel.Launch(extent);
        };
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct
    {
        var kernel = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2, p3, p4, p5, p6, p7, p8, p9) => kernel(accelerator.DefaultStream, extent, p1, p2, p3, p4, p5, p6, p7, p8, p9);
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default; T7 a7 = default; T8 a8 = default; T9 a9 = default; T10 a10 = default;
        var kernel = new ElementKernel<TIndex>(accelerator, action, index => action(index, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10));
        return (stream, extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6; a7 = p7; a8 = p8; a9 = p9; a10 = p10;
            kernel.Launch(extent);
        };
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct
    {
        var kernel = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10) => kernel(accelerator.DefaultStream, extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10);
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default; T7 a7 = default; T8 a8 = default; T9 a9 = default; T10 a10 = default; T11 a11 = default;
        var kernel = new ElementKernel<TIndex>(accelerator, action, index => action(index, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11));
        return (stream, extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6; a7 = p7; a8 = p8; a9 = p9; a10 = p10; a11 = p11;
            kernel.Launch(extent);
        };
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        var kernel = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11) => kernel(accelerator.DefaultStream, extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11);
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default; T7 a7 = default; T8 a8 = default; T9 a9 = default; T10 a10 = default; T11 a11 = default; T12 a12 = default;
        var kernel = new ElementKernel<TIndex>(accelerator, action, index => action(index, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12));
        return (stream, extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6; a7 = p7; a8 = p8; a9 = p9; a10 = p10; a11 = p11; a12 = p12;
            kernel.Launch(extent);
        };
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        var kernel = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12) => kernel(accelerator.DefaultStream, extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12);
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default; T7 a7 = default; T8 a8 = default; T9 a9 = default; T10 a10 = default; T11 a11 = default; T12 a12 = default; T13 a13 = default;
        var kernel = new ElementKernel<TIndex>(accelerator, action, index => action(index, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13));
        return (stream, extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6; a7 = p7; a8 = p8; a9 = p9; a10 = p10; a11 = p11; a12 = p12; a13 = p13;
            kernel.Launch(extent);
        };
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
    {
        var kernel = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13) => kernel(accelerator.DefaultStream, extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13);
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct
    {
        T1 a1 = default; T2 a2 = default; T3 a3 = default; T4 a4 = default; T5 a5 = default; T6 a6 = default; T7 a7 = default; T8 a8 = default; T9 a9 = default; T10 a10 = default; T11 a11 = default; T12 a12 = default; T13 a13 = default; T14 a14 = default;
        var kernel = new ElementKernel<TIndex>(accelerator, action, index => action(index, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14));
        return (stream, extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14) =>
        {
            using var turn = kernel.Begin(stream);
            a1 = p1; a2 = p2; a3 = p3; a4 = p4; a5 = p5; a6 = p6; a7 = p7; a8 = p8; a9 = p9; a10 = p10; a11 = p11; a12 = p12; a13 = p13; a14 = p14;
            kernel.Launch(extent);
        };
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct
    {
        var kernel = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14) => kernel(accelerator.DefaultStream, extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14);
    }
}
