using GpuCgan.Kernels.Numerics;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>What happens to a sum before it is stored: it is added to what is there, or becomes f(sum + bias), or that times a mask, or is multiplied by a <see cref="Slope"/>.</summary>
    internal readonly struct Epilogue
    {
        public readonly int HasBias, Accumulate;

        /// <summary>Whether four neighbouring elements that start at a multiple of four are stored at once, and what is read beside them.</summary>
        public readonly int InFours;

        public readonly Activation Activation;

        // Of a mask and of a slope, which a wide twin has in passes of its own behind the product.
        private readonly int _hasMask, _hasSlope;
        private readonly Dropout.Formula _dropout;
        private readonly uint _purpose;
        private readonly int _pitch, _yRow;
        private readonly ArrayView<float> _y;

        // The words of a StepState, so that any other view can stand here where there is none.
        private readonly ArrayView<uint> _clock;

        public Epilogue(bool hasBias, bool accumulate, Activation activation)
        {
            HasBias = hasBias ? 1 : 0;
            Accumulate = accumulate ? 1 : 0;
            Activation = activation;
        }

        private Epilogue(Epilogue before, ArrayView<float> y, int yRow, bool hasSlope, DropoutMask? mask, Matrix c)
        {
            this = before;
            _y = y;
            _yRow = yRow;
            _hasSlope = hasSlope ? 1 : 0;
            _clock = c.Data.Cast<uint>();
            InFours = c.Stride % 4 == 0 && yRow % 4 == 0 && ViewPlace.StartsAFour(c.Data) && ViewPlace.StartsAFour(y) ? 1 : 0;
            if (mask is not { } drawn)
                return;
            _pitch = PhiloxElements<Dropout.Formula>.Pitch(c.Columns);
            if (drawn.Clock.Length < 1 || (long)c.Rows * _pitch > int.MaxValue)
                throw new ArgumentException($"A mask for {c} with {drawn.Clock.Length} clocks: a clock is missing, or it is too large.");
            _hasMask = 1;
            _dropout = Dropout.Formula.Of(drawn);
            _purpose = drawn.Purpose;
            _clock = drawn.Clock.Cast<uint>();
        }

        /// <summary>Whether the sum itself is stored.</summary>
        public bool IsPlain => HasBias == 0 && Accumulate == 0 && Activation.Kind == ActivationKind.Identity;

        /// <summary>This one with views that a kernel may have, for a product to <paramref name="c"/>, and a dropout behind it where there is a mask.</summary>
        /// <exception cref="ArgumentException">The mask is none for c.</exception>
        public Epilogue For(Matrix c, DropoutMask? mask = null) => new(this, c.Data, c.Stride, false, mask, c);

        /// <summary>The product to <paramref name="c"/> is a gradient, and what is stored is that before a layer's nonlinearity.</summary>
        /// <exception cref="ArgumentException">The mask is none for c.</exception>
        public static Epilogue Of(Slope slope, Matrix c) => new(new(false, false, slope.Activation), slope.Y.Data, slope.Y.Stride, true, slope.Mask, c);

        /// <summary>In a kernel: what is read beside the sum of an element, the one of C at <paramref name="index"/>.</summary>
        public float Beside(ArrayView<float> c, int index, int row, int column)
        {
            if (_hasSlope != 0)
                return _y[row * _yRow + column];
            return Accumulate != 0 ? c[index] : 0f;
        }

        /// <summary>In a kernel: what is read beside the sums of four elements of a row, the first of them that of C at <paramref name="index"/>.</summary>
        public Float4 Beside(ArrayView<float> c, int index, int row, Columns columns)
        {
            if (_hasSlope != 0)
                return columns.Read(_y, row * _yRow + columns.First, InFours);
            return Accumulate != 0 ? columns.Read(c, index, InFours) : default;
        }

        /// <summary>In a kernel: what is stored for <paramref name="sum"/>, the bias added.</summary>
        public float Apply(float sum, float beside, int row, int column)
        {
            var word = default(Word1);
            if (_hasMask != 0)
                word = Philox.WordOf(row * _pitch + column, Clock(), _purpose);
            return Apply(new Real1(sum), new Real1(beside), word).Value;
        }

        /// <summary>In a kernel: what is stored for four sums of a row, the bias added.</summary>
        public Float4 Apply(Float4 sums, Float4 beside, int row, Columns columns)
        {
            var words = default(WordQuad);
            if (_hasMask != 0)
            {
                int e = row * _pitch + columns.First;
                words = Philox.WordsOf(e, e + columns.Step, e + 2 * columns.Step, e + 3 * columns.Step, Clock(), _purpose);
            }
            return Apply(new RealQuad(sums), new RealQuad(beside), words).Value;
        }

        private T Apply<T, TWord>(T sum, T beside, TWord word)
            where T : struct, IReal<T, TWord>
            where TWord : struct, IWord<TWord>
        {
            if (Accumulate != 0)
                return sum + beside;
            var value = _hasSlope != 0 ? sum : Activation.Forward(sum);
            if (_hasMask != 0)
                value *= _dropout.Mask<T, TWord>(word);
            return _hasSlope != 0 ? Activation.Backward(beside, value) : value;
        }

        private StepState Clock() => new() { Step = _clock[0], SeedLow = _clock[1], SeedHigh = _clock[2] };
    }
}
