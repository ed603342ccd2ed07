using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;

namespace GpuCgan.Kernels.Tests.Numerics;

/// <summary>The elementary functions on every device, within the bounds that their documentation states, against double precision.</summary>
public class ElementaryTests
{
    internal readonly struct ExpFormula : IFormula
    {
        public T Apply<T>(T x, T unused) where T : struct, IReal<T> => Elementary.Exp(x);
    }

    internal readonly struct LogFormula : IFormula
    {
        public T Apply<T>(T x, T unused) where T : struct, IReal<T> => Elementary.Log(x);
    }

    internal readonly struct TanhFormula : IFormula
    {
        public T Apply<T>(T x, T unused) where T : struct, IReal<T> => Elementary.Tanh(x);
    }

    internal readonly struct ExpMinusOneFormula : IFormula
    {
        public T Apply<T>(T x, T unused) where T : struct, IReal<T> => Elementary.ExpMinusOne(x);
    }

    internal readonly struct SigmoidFormula : IFormula
    {
        public T Apply<T>(T x, T unused) where T : struct, IReal<T> => Elementary.Sigmoid(x);
    }

    internal readonly struct LogOnePlusFormula : IFormula
    {
        public T Apply<T>(T x, T unused) where T : struct, IReal<T> => Elementary.LogOnePlus(x);
    }

    internal readonly struct SoftplusFormula : IFormula
    {
        public T Apply<T>(T x, T unused) where T : struct, IReal<T> => Elementary.Softplus(x);
    }

    internal readonly struct SineFormula : IFormula
    {
        public T Apply<T>(T x, T unused) where T : struct, IReal<T> => Elementary.SinCosOfTurn(x, out _);
    }

    internal readonly struct CosineFormula : IFormula
    {
        public T Apply<T>(T x, T unused) where T : struct, IReal<T>
        {
            Elementary.SinCosOfTurn(x, out T cosine);
            return cosine;
        }
    }

    private static float[] Run(ComputeDevice d, string function, float[] x)
    {
        using var memory = d.Allocate<float>(x.Length);
        memory.Upload(x);
        var matrix = new Matrix(memory.View, 1, x.Length);
        void Launch<T>() where T : struct, IFormula => new Elementwise<T>(d).Launch(matrix, matrix, matrix, default);
        switch (function)
        {
            case "Exp":
                Launch<ExpFormula>();
                break;
            case "Log":
                Launch<LogFormula>();
                break;
            case "Tanh":
                Launch<TanhFormula>();
                break;
            case "ExpMinusOne":
                Launch<ExpMinusOneFormula>();
                break;
            case "Sigmoid":
                Launch<SigmoidFormula>();
                break;
            case "LogOnePlus":
                Launch<LogOnePlusFormula>();
                break;
            case "Softplus":
                Launch<SoftplusFormula>();
                break;
            case "Sine":
                Launch<SineFormula>();
                break;
            case "Cosine":
                Launch<CosineFormula>();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(function));
        }
        return memory.Download();
    }

    private static double Reference(string function, double x) => function switch
    {
        "Exp" => Math.Exp(x),
        "Log" => Math.Log(x),
        "Tanh" => Math.Tanh(x),
        // sinh is accurate near 0, where eˣ − 1 cancels.
        "ExpMinusOne" => 2 * Math.Sinh(x / 2) * Math.Exp(x / 2),
        "Sigmoid" => 1 / (1 + Math.Exp(-x)),
        // ln(1 + e) is e to double precision's half where e is tiny.
        "LogOnePlus" => x < 1e-4 ? Series(x) : Math.Log(1 + x),
        "Softplus" => x < -36 ? Math.Exp(x) - Math.Exp(2 * x) / 2 : x < -10 ? Series(Math.Exp(x)) : Math.Log(1 + Math.Exp(x)),
        "Sine" => Math.Sin(2 * Math.PI * x),
        "Cosine" => Math.Cos(2 * Math.PI * x),
        _ => throw new ArgumentOutOfRangeException(nameof(function)),
    };

    /// <summary>ln(1 + e) for small e.</summary>
    private static double Series(double e) => e * (1 - e * (1 / 2.0 - e * (1 / 3.0 - e / 4)));

    /// <summary>Function, the ends of its range, absolute and relative bound.</summary>
    public static IEnumerable<object[]> Functions =>
    [
        ["Exp", -87.0, 88.0, 0.0, 2e-7], ["Log", 1.2e-38, 3.4e38, 0.0, 2e-7], ["Log", 0.5, 2.0, 0.0, 2e-7], ["Log", 0.999, 1.001, 0.0, 2e-7],
        ["Tanh", -30.0, 30.0, 0.0, 4e-7], ["Tanh", -1.0, 1.0, 0.0, 4e-7], ["Tanh", -1e-3, 1e-3, 0.0, 4e-7],
        ["ExpMinusOne", -80.0, 87.0, 0.0, 1e-6], ["ExpMinusOne", -1.5, 1.5, 0.0, 1e-6], ["ExpMinusOne", -1e-4, 1e-4, 0.0, 1e-6],
        ["Sigmoid", -87.0, 87.0, 0.0, 4e-7], ["Sigmoid", -2.0, 2.0, 0.0, 4e-7],
        ["LogOnePlus", 0.0, 1e-3, 0.0, 6e-7], ["LogOnePlus", 1e-3, 4.0, 0.0, 6e-7], ["LogOnePlus", 1e-30, 1e30, 0.0, 6e-7],
        ["Softplus", -87.0, 87.0, 0.0, 6e-7], ["Softplus", -10.0, 2.0, 0.0, 6e-7],
        ["Sine", 0.0, 1.0, 2e-7, 0.0], ["Cosine", 0.0, 1.0, 2e-7, 0.0],
    ];

    [Theory]
    [OnCpu(nameof(Functions)), OnCpuIlgpu(nameof(Functions)), OnCuda(nameof(Functions)), OnOpenCl(nameof(Functions))]
    public void TheStatedErrorIsKept(string device, string function, double low, double high, double atol, double rtol)
    {
        var d = TestDevice.Get(device);
        var random = new Random(91);
        int count = device == "cpu-ilgpu" ? 3000 : 300_000;
        // A wide range of positive numbers is drawn by its logarithm; ends and eighths are always there.
        bool logarithmic = low > 0 && high / low > 1e6;
        double At(double t) => logarithmic ? low * Math.Pow(high / low, t) : low + (high - low) * t;
        float[] x = [.. Enumerable.Range(0, 9).Select(i => (float)At(i / 8.0)), .. Enumerable.Range(0, count).Select(_ => (float)At(random.NextDouble()))];
        float[] y = Run(d, function, x);
        for (int i = 0; i < x.Length; i++)
        {
            double reference = Reference(function, x[i]);
            if (!(float.IsFinite(y[i]) && Math.Abs(y[i] - reference) <= atol + rtol * Math.Abs(reference)))
                Close.Assert(reference, y[i], atol, rtol, $"{device} {function}({x[i]:R})");
        }
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void NaNStaysNaNAndTheFarEndsStayFinite(string device)
    {
        var d = TestDevice.Get(device);
        foreach (string function in (string[])["Exp", "Tanh", "ExpMinusOne", "Sigmoid", "LogOnePlus", "Softplus", "Sine", "Cosine"])
            Assert.True(float.IsNaN(Run(d, function, [float.NaN])[0]), $"{device} {function} of NaN");

        float[] ends = [float.NegativeInfinity, float.MinValue, -1000, 1000, float.MaxValue, float.PositiveInfinity];
        Assert.Equal([-1, -1, -1, 1, 1, 1], Run(d, "Tanh", ends));
        float[] sigmoid = Run(d, "Sigmoid", ends);
        Assert.Equal([1, 1, 1], sigmoid[3..]);
        Assert.All(sigmoid[..3], s => Assert.InRange(s, 0, 2e-38f));
        float[] softplus = Run(d, "Softplus", ends);
        Assert.Equal(ends[3..], softplus[3..]);
        Assert.All(softplus[..3], s => Assert.InRange(s, 0, 2e-38f));
        float[] exp = Run(d, "Exp", ends);
        Assert.All(exp[..3], e => Assert.InRange(e, 0, 2e-38f));
        Assert.All(exp[3..], e => Assert.InRange(e, 1.6e38f, 1.7e38f));
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void QuarterTurnsAreExact(string device)
    {
        var d = TestDevice.Get(device);
        float[] turns = [0, 0.25f, 0.5f, 0.75f, 1];
        Assert.Equal([0, 1, 0, -1, 0], Run(d, "Sine", turns));
        Assert.Equal([1, 0, -1, 0, 1], Run(d, "Cosine", turns));
    }

    /// <summary>Whatever width a loop runs at, its tail gives the bits that its body would.</summary>
    [Fact]
    public void BothCpuDevicesGiveTheSameBits()
    {
        float[] x = [.. Enumerable.Range(0, 3001).Select(i => i / 3000f)];
        foreach (string function in (string[])["Exp", "Tanh", "ExpMinusOne", "Sigmoid", "LogOnePlus", "Softplus", "Sine", "Cosine"])
            Assert.Equal(Run(TestDevice.Get("cpu"), function, x), Run(TestDevice.Get("cpu-ilgpu"), function, x));
    }
}
