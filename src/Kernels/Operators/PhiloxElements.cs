using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>What becomes of four elements and the four words of a Philox block.</summary>
internal interface IPhiloxFormula<TSelf> where TSelf : struct, IPhiloxFormula<TSelf>
{
    /// <summary>The formula with what it takes from the clock beside the random words.</summary>
    TSelf At(StepState clock);

    /// <summary>Whether the elements hold x; else they come unset.</summary>
    static abstract bool ReadsInput { get; }

    void Apply<TReal, TWord>(TWord w0, TWord w1, TWord w2, TWord w3, ref TReal y0, ref TReal y1, ref TReal y2, ref TReal y3)
        where TReal : struct, IReal<TReal, TWord>
        where TWord : struct, IWord<TWord>;
}

/// <summary>
/// y = f(x, random words) over a matrix, element by element; y may be x. Every element has its word of Philox's output:
/// with i = row·pitch + column and the pitch the columns rounded up to 64, element i takes word (i / 16) % 4 of block
/// (i / 64)·16 + i % 16, at counter (block, step, purpose, 0) and key (seed). So a row's numbers depend on its index and on how
/// many columns there are, not on how many rows, the stride or the device.
/// </summary>
/// <remarks>
/// 16 neighbouring elements are one word of 16 neighbouring blocks: a wide twin computes that many blocks side by side and stores their
/// words without turning them, at any vector width, and the lanes of a GPU store to neighbouring addresses.
/// </remarks>
internal sealed class PhiloxElements<TFormula> where TFormula : struct, IPhiloxFormula<TFormula>
{
    /// <summary>Blocks side by side; each has an element in each of four runs of this length.</summary>
    private const int Lanes = RandomStretches.Blocks;

    /// <summary>Elements of <see cref="Lanes"/> blocks.</summary>
    private const int Stretch = 4 * Lanes;

    private static void Kernel(Index1D block, ArrayView<StepState> clock, ArrayView<float> x, ArrayView<float> y, Layout s, TFormula formula)
    {
        EarlierLaunches.Await();
        // No remainder: even by a constant the driver makes a division of it.
        int element = block / Lanes * Stretch + (block & (Lanes - 1));
        int row = s.Pitch.Divide(element, out int column);
        if (column >= s.Columns)
            return;
        int ix = row * s.X + column;
        int iy = row * s.Y + column;
        bool has1 = column + Lanes < s.Columns;
        bool has2 = column + 2 * Lanes < s.Columns;
        bool has3 = column + 3 * Lanes < s.Columns;
        Real1 y0 = default, y1 = default, y2 = default, y3 = default;
        if (TFormula.ReadsInput)
        {
            // Read before the words are computed. Beyond the row's end the first element is read again, which keeps the reads free of branches.
            y0 = new(x[ix]);
            y1 = new(x[ix + (has1 ? Lanes : 0)]);
            y2 = new(x[ix + (has2 ? 2 * Lanes : 0)]);
            y3 = new(x[ix + (has3 ? 3 * Lanes : 0)]);
        }
        var w0 = Philox.Words(new Word1((uint)block.X), clock[0], s.Purpose, out var w1, out var w2, out var w3);
        formula.At(clock[0]).Apply(w0, w1, w2, w3, ref y0, ref y1, ref y2, ref y3);
        y[iy] = y0.Value;
        if (has1)
            y[iy + Lanes] = y1.Value;
        if (has2)
            y[iy + 2 * Lanes] = y2.Value;
        if (has3)
            y[iy + 3 * Lanes] = y3.Value;
    }

    internal readonly struct Layout(uint purpose, int pitch, int columns, int x, int y)
    {
        public readonly uint Purpose = purpose;
        public readonly Divisor Pitch = new(pitch);
        public readonly int Columns = columns, X = x, Y = y;
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<StepState>, ArrayView<float>, ArrayView<float>, Layout, TFormula>? _kernel;

    public PhiloxElements(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<StepState>, ArrayView<float>, ArrayView<float>, Layout, TFormula>(Kernel, ElementLanes.AGroup));
    }

    /// <exception cref="ArgumentException">The shapes differ, the clock is empty, or the matrix has more elements than an int counts.</exception>
    public void Launch(ArrayView<StepState> clock, uint purpose, Matrix x, Matrix y, TFormula formula)
    {
        int pitch = RandomStretches.Pitch(y.Columns, Stretch);
        if (x.Rows != y.Rows || x.Columns != y.Columns || clock.Length < 1 || (long)y.Rows * pitch > int.MaxValue)
            throw new ArgumentException($"Random numbers for {x} and {y} with {clock.Length} clocks: the shapes differ, a clock is missing, or it is too large.");
        if (_kernel is not null)
            _kernel(_device.Stream, y.Rows * (pitch / 4), clock, x.Data, y.Data, new Layout(purpose, pitch, y.Columns, x.Stride, y.Stride), formula);
        else if (WideVectors.Bits == 512)
            RandomStretches.Run(_device.Team!, x, y, new WideStretch<Real16, Word16>(clock.AsHostSpan()[0], purpose, formula));
        else if (WideVectors.Bits == 256)
            RandomStretches.Run(_device.Team!, x, y, new WideStretch<Real8, Word8>(clock.AsHostSpan()[0], purpose, formula));
        else
            RandomStretches.Run(_device.Team!, x, y, new WideStretch<Real4, Word4>(clock.AsHostSpan()[0], purpose, formula));
    }

    private readonly struct WideStretch<TReal, TWord>(StepState state, uint purpose, TFormula formula) : IRandomStretch
        where TReal : struct, IWide<TReal>, IReal<TReal, TWord>
        where TWord : struct, IWideWord<TWord>
    {
        private readonly StepState _state = state;
        private readonly uint _purpose = purpose;
        private readonly TFormula _formula = formula.At(state);

        public static int Length => Stretch;

        public static bool ReadsInput => TFormula.ReadsInput;

        public void Run(ref readonly float x, ref float y, uint block)
        {
            for (int lane = 0; lane < Lanes; lane += TReal.Count)
            {
                var w0 = Philox.Words(TWord.Sequence(block + (uint)lane), _state, _purpose, out var w1, out var w2, out var w3);
                nuint at = (nuint)lane;
                TReal y0 = default, y1 = default, y2 = default, y3 = default;
                if (TFormula.ReadsInput)
                {
                    ref float source = ref Unsafe.AsRef(in x);
                    y0 = TReal.Load(ref source, at);
                    y1 = TReal.Load(ref source, at + Lanes);
                    y2 = TReal.Load(ref source, at + 2 * Lanes);
                    y3 = TReal.Load(ref source, at + 3 * Lanes);
                }
                _formula.Apply(w0, w1, w2, w3, ref y0, ref y1, ref y2, ref y3);
                TReal.Store(y0, ref y, at);
                TReal.Store(y1, ref y, at + Lanes);
                TReal.Store(y2, ref y, at + 2 * Lanes);
                TReal.Store(y3, ref y, at + 3 * Lanes);
            }
        }
    }
}
