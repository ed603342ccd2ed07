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

        // Of a slope, whose outputs tell what was dropped, and of a mask, which is drawn. A wide twin has either in a pass of its own behind the product.
        private readonly int _hasSlope, _drops;
        private readonly ArrayView<float> _y;
        private readonly int _yRow;
        private readonly Dropout.Formula _dropout;
        private readonly uint _purpose;
        private readonly int _pitch;

        // The words of a StepState, so that any other view can stand here where there is none.
        private readonly ArrayView<uint> _clock;

        public Epilogue(bool hasBias, bool accumulate, Activation activation)
        {
            HasBias = hasBias ? 1 : 0;
            Accumulate = accumulate ? 1 : 0;
            Activation = activation;
        }

        private Epilogue(Epilogue before, Matrix c, Matrix y)
        {
            this = before;
            _y = y.Data;
            _yRow = y.Stride;
            _clock = c.Data.Cast<uint>();
            InFours = c.Stride % 4 == 0 && y.Stride % 4 == 0 && ViewPlace.StartsAFour(c.Data) && ViewPlace.StartsAFour(y.Data) ? 1 : 0;
        }

        private Epilogue(Epilogue before, Matrix c, DropoutMask mask) : this(before, c, c)
        {
            _pitch = Dropout.Pitch(mask, c);
            _drops = 1;
            _dropout = new(mask.Rate);
            _purpose = mask.Purpose;
            _clock = mask.Clock.Cast<uint>();
        }

        private Epilogue(Slope slope, Matrix c) : this(new(false, false, slope.Activation), c, slope.Y)
        {
            _hasSlope = 1;
            _drops = slope.DropoutRate == 0 ? 0 : 1;
            _dropout = new(slope.DropoutRate);
        }

        /// <summary>Whether the sum itself is stored.</summary>
        public bool IsPlain => HasBias == 0 && Accumulate == 0 && Activation.Kind == ActivationKind.Identity;

        /// <summary>This one with views that a kernel may have, for a product to <paramref name="c"/>, and a dropout behind it where there is a mask.</summary>
        /// <exception cref="ArgumentException">The mask is none for c.</exception>
        public Epilogue For(Matrix c, DropoutMask? mask = null) => mask is { } drawn ? new(this, c, drawn) : new(this, c, c);

        /// <summary>The product to <paramref name="c"/> is a gradient, and what is stored is that before a layer's nonlinearity.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The rate is none of a dropout.</exception>
        public static Epilogue Of(Slope slope, Matrix c) => new(slope, c);

        /// <summary>In a kernel: what is read beside the sum of an element, the one of C at <paramref name="index"/>.</summary>
        public float Beside(ArrayView<float> c, int index, int row, int column)
        {
            if (_hasSlope != 0)
                return _y[row * _yRow + column];
            return Accumulate != 0 ? c[index] : 0f;
        }

        /// <summary>In a kernel: what is read beside the sums of four elements of a row, the first of them that of C at <paramref name="index"/>.</summary>
        public Float4 Beside(ArrayView<float> c, int index, int row, RowFour columns)
        {
            if (_hasSlope != 0)
                return columns.Read(_y, row * _yRow + columns.First, InFours);
            return Accumulate != 0 ? columns.Read(c, index, InFours) : default;
        }

        /// <summary>In a kernel: what is stored for <paramref name="sum"/>, the bias added.</summary>
        public float Apply(float sum, float beside, int row, int column)
        {
            float value = Apply(new Real1(sum), new Real1(beside)).Value;
            return Draws ? _dropout.Apply(value, row * _pitch + column, Clock(), _purpose) : value;
        }

        /// <summary>In a kernel: what is stored for four sums of a row, the bias added. Those of a product with a mask are neighbours, from a multiple of four on.</summary>
        public Float4 Apply(Float4 sums, Float4 beside, int row, RowFour columns)
        {
            var value = Apply(new RealQuad(sums), new RealQuad(beside)).Value;
            return Draws ? _dropout.Apply(value, row * _pitch + columns.First, Clock(), _purpose) : value;
        }

        private bool Draws => _drops != 0 && _hasSlope == 0;

        /// <summary>What becomes of a sum, the bias added, but for a mask that is drawn.</summary>
        private T Apply<T>(T sum, T beside) where T : struct, IReal<T>
        {
            if (Accumulate != 0)
                return sum + beside;
            if (_hasSlope == 0)
                return Activation.Forward(sum);
            return Activation.Backward(beside, _drops != 0 ? _dropout.Backward(beside, sum) : sum);
        }

        private StepState Clock() => new() { Step = _clock[0], SeedLow = _clock[1], SeedHigh = _clock[2] };
    }
}
