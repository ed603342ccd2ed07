using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Dropout (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, JMLR 2014), inverted so that inference needs nothing: over [M, N] an element is dropped with probability r, and
/// y = −0 there and x / (1 − r) elsewhere. Overwrites y, which may be x. r is the rate to the nearest 2⁻¹⁶, at most 1 − 2⁻¹⁶, and both the mask and the factor have it, so the mean of y is x.
/// </summary>
/// <remarks>
/// The mask is a function of step, seed, purpose and place, so nothing need be kept for backward: the same call on dy, in the same step and with the same purpose, is dx. Where y is kept anyway its
/// zeros tell: what was dropped is −0 there, and nothing need be drawn again (<see cref="Slope"/>). A NaN is not dropped, nor an infinity, which becomes one.
/// <para>
/// An element takes half a word of Philox's output. With i = row·pitch + column and the pitch the columns rounded up to 128, it is word i % 4 of block (i / 128)·16 + (i / 4 % 4)·4 + i / 32 % 4, its low
/// half where i / 16 is even and its high half elsewhere, and the element is dropped where that is below r·2¹⁶. So four neighbours are the words of one block, which a lane of a GPU draws for them, and
/// a wide twin that draws 16 blocks side by side turns their words by fours and has 16 neighbours in a register, twice.
/// </para>
/// </remarks>
public sealed partial class Dropout
{
    /// <summary>Blocks side by side.</summary>
    private const int Lanes = RandomStretches.Blocks;

    /// <summary>Elements of <see cref="Lanes"/> blocks, eight each.</summary>
    private const int Stretch = 8 * Lanes;

    /// <summary>What becomes of an element, and of its gradient.</summary>
    internal readonly struct Formula
    {
        private readonly uint _bound;
        private readonly float _scale;

        /// <summary>Of a rate.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not in [0, 1).</exception>
        public Formula(float rate)
        {
            if (rate is not (>= 0 and < 1))
                throw new ArgumentOutOfRangeException(nameof(rate), rate, "A dropout rate lies in [0, 1).");
            _bound = Math.Min((uint)MathF.Round(rate * 65536), 65535);
            _scale = 65536f / (65536 - _bound);
        }

        /// <summary>y, of x and the half of a word that is its element's: 0 for the low one, 1 for the high one.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T, TWord>(T x, TWord word, int half)
            where T : struct, IReal<T, TWord>
            where TWord : struct, IWord<TWord> =>
            T.WhereHalfBelow(word, half, _bound, T.Abs(x), x) * T.WhereHalfBelow(word, half, _bound, T.Of(-0f), T.Of(_scale));

        /// <summary>dx, of a y that <see cref="Apply{T, TWord}"/> gave: what it makes of dy.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Backward<T>(T y, T dy) where T : struct, IReal<T> => T.WhereMinusZero(y, T.Abs(dy), dy) * T.WhereMinusZero(y, T.Of(-0f), T.Of(_scale));

        /// <summary>In a kernel: the four elements of a row from i = <paramref name="element"/> on, a multiple of four.</summary>
        public Float4 Apply(Float4 x, int element, StepState clock, uint purpose)
        {
            var w0 = Philox.Words(new Word1(BlockOf(element)), clock, purpose, out var w1, out var w2, out var w3);
            int half = element / Lanes & 1;
            return new(Apply(new Real1(x.X), w0, half).Value, Apply(new Real1(x.Y), w1, half).Value, Apply(new Real1(x.Z), w2, half).Value, Apply(new Real1(x.W), w3, half).Value);
        }

        /// <summary>In a kernel: an element.</summary>
        public float Apply(float x, int element, StepState clock, uint purpose)
        {
            var w0 = Philox.Words(new Word1(BlockOf(element)), clock, purpose, out var w1, out var w2, out var w3);
            var first = (element & 1) == 0 ? w0 : w1;
            var last = (element & 1) == 0 ? w2 : w3;
            return Apply(new Real1(x), (element & 2) == 0 ? first : last, element / Lanes & 1).Value;
        }

        private static uint BlockOf(int element) => (uint)(element / Stretch * Lanes + (element & 12) + (element / 32 & 3));
    }

    /// <summary>A mask's numbers for a matrix; a row is this far from the next.</summary>
    /// <exception cref="ArgumentException">There is no clock, or the matrix has more elements than an int counts.</exception>
    internal static int Pitch(DropoutMask mask, Matrix y)
    {
        int pitch = RandomStretches.Pitch(y.Columns, Stretch);
        if (mask.Clock.Length < 1 || (long)y.Rows * pitch > int.MaxValue)
            throw new ArgumentException($"A mask for {y} with {mask.Clock.Length} clocks: a clock is missing, or it is too large.");
        return pitch;
    }

    internal readonly struct Layout(uint purpose, int pitch, Matrix x, Matrix y)
    {
        public readonly uint Purpose = purpose;
        public readonly Divisor FoursARow = new((y.Columns - 1) / 4 + 1);
        public readonly int Pitch = pitch, Columns = y.Columns, X = x.Stride, Y = y.Stride;

        /// <summary>Whether four neighbours are read and written at once.</summary>
        public readonly int InFours = x.Stride % 4 == 0 && y.Stride % 4 == 0 && ViewPlace.StartsAFour(x.Data) && ViewPlace.StartsAFour(y.Data) ? 1 : 0;
    }

    private static void Kernel(Index1D i, ArrayView<StepState> clock, ArrayView<float> x, ArrayView<float> y, Layout s, Formula formula)
    {
        EarlierLaunches.Await();
        int row = s.FoursARow.Divide(i, out int four);
        var columns = new RowFour(4 * four, 1, s.Columns);
        var read = columns.Read(x, row * s.X + columns.First, s.InFours);
        columns.Write(y, row * s.Y + columns.First, formula.Apply(read, row * s.Pitch + columns.First, clock[0], s.Purpose), s.InFours);
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<StepState>, ArrayView<float>, ArrayView<float>, Layout, Formula>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public Dropout(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<StepState>, ArrayView<float>, ArrayView<float>, Layout, Formula>(Kernel, ElementLanes.AGroup));
    }

    /// <summary>y from x, or dx from dy. Overwrites y.</summary>
    /// <param name="clock">[1], the step and the seed; the same for forward and backward.</param>
    /// <param name="purpose">Which mask; see <see cref="Purpose.Dropout"/>.</param>
    /// <param name="x">[M, N].</param>
    /// <param name="y">[M, N]; may be x itself, but not otherwise overlap it.</param>
    /// <param name="rate">The probability in [0, 1) with which an element is dropped.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
    /// <exception cref="ArgumentException">The shapes differ, there is no clock, or x has more elements than an int counts.</exception>
    public void Launch(ArrayView<StepState> clock, uint purpose, Matrix x, Matrix y, float rate) => Launch(new DropoutMask(clock, purpose, rate), x, y);

    /// <inheritdoc cref="Launch(ArrayView{StepState}, uint, Matrix, Matrix, float)"/>
    public void Launch(DropoutMask mask, Matrix x, Matrix y)
    {
        using var launch = _device.Profiler?.Begin("Dropout", $"{x}", 2 * x.Elements, 2 * sizeof(float) * x.Elements);
        Apply(mask, x, y);
    }

    /// <summary>The same as a part of another operator's launch.</summary>
    internal void Apply(DropoutMask mask, Matrix x, Matrix y)
    {
        if (x.Rows != y.Rows || x.Columns != y.Columns)
            throw new ArgumentException($"A dropout from {x} to {y}: the shapes differ.");
        int pitch = Pitch(mask, y);
        var formula = new Formula(mask.Rate);
        if (_kernel is not null)
            _kernel(_device.Stream, y.Rows * ((y.Columns - 1) / 4 + 1), mask.Clock, x.Data, y.Data, new Layout(mask.Purpose, pitch, x, y), formula);
        else if (WideVectors.Bits == 512)
            RandomStretches.Run(_device.Team!, x, y, new WideStretch<Real16, Word16>(mask.Clock.AsHostSpan()[0], mask.Purpose, formula));
        else if (WideVectors.Bits == 256)
            RandomStretches.Run(_device.Team!, x, y, new WideStretch<Real8, Word8>(mask.Clock.AsHostSpan()[0], mask.Purpose, formula));
        else
            RandomStretches.Run(_device.Team!, x, y, new WideStretch<Real4, Word4>(mask.Clock.AsHostSpan()[0], mask.Purpose, formula));
    }
}
