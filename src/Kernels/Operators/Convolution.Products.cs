using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Convolution
{
    /// <summary>What a shape's indices are divided by.</summary>
    internal readonly struct Divisors(ConvShape shape)
    {
        public readonly Divisor MapPixels = new(shape.MapPixels), MapWidth = new(shape.MapWidth), KernelSize = new(shape.KernelSize), KernelWidth = new(shape.KernelWidth);
    }

    /// <summary>y[n, f, ·] = w·windows(x[n]): rows are features, columns the windows of all images, the depth runs over the taps.</summary>
    internal struct ForwardProduct : IProduct<ForwardProduct>
    {
        public ArrayView<float> X, W, Bias, Y;
        public ConvShape Shape;
        public Divisors By;
        public int Batch, XStride, WStride, YStride, HasBias;
        public Activation Activation;

        public readonly int Rows => Shape.Features;
        public readonly int Columns => Batch * Shape.MapPixels;
        public readonly int Depth => Shape.Taps;

        public readonly ForwardProduct Plane(int plane) => this;

        public readonly int OffsetA(int k) => k;

        public readonly float A(int row, int offset) => W[row * WStride + offset];

        public readonly Place Locate(int column)
        {
            int image = By.MapPixels.Divide(column, out int window);
            return new Place(image, By.MapWidth.Divide(window, out int mapColumn), mapColumn);
        }

        public readonly int OffsetB(int k, Place place)
        {
            int channel = By.KernelSize.Divide(k, out int tap);
            int row = place.Row * Shape.Stride - Shape.Padding + By.KernelWidth.Divide(tap, out int kernelColumn);
            int column = place.Column * Shape.Stride - Shape.Padding + kernelColumn;
            bool inside = row >= 0 && row < Shape.Height && column >= 0 && column < Shape.Width;
            return inside ? place.Offset * XStride + channel * Shape.Pixels + row * Shape.Width + column : -1;
        }

        public readonly float B(int offset) => X[offset];

        public readonly void Store(int row, Place place, float sum)
        {
            if (HasBias != 0)
                sum += Bias[row];
            Y[place.Offset * YStride + row * Shape.MapPixels + place.Row * Shape.MapWidth + place.Column] = Activation.Forward(new Real1(sum)).Value;
        }
    }

    /// <summary>
    /// dx from dy. A pixel takes part in the windows whose taps are congruent to its padded coordinates modulo the stride, so the pixels of one residue
    /// are one dense product, a plane of the grid: rows are channels, columns these pixels of all images, the depth runs over the features and the
    /// taps of the residue. Nothing is multiplied by the zeros between strided windows.
    /// </summary>
    internal struct InputProduct : IProduct<InputProduct>
    {
        public ArrayView<float> DY, W, Bias, DX;
        public ConvShape Shape;
        public Divisor ByStride;
        public int Batch, DYStride, WStride, DXStride, HasBias;
        public Activation Activation;

        // Of a plane: the residue, and its pixels and taps.
        private int _rowResidue, _columnResidue, _firstRow, _firstColumn, _pixelRows, _pixelColumns, _tapRows, _tapColumns;
        private Divisor _byTaps, _byTapColumns, _byPixels, _byPixelColumns;

        public readonly int Rows => Shape.Channels;
        public readonly int Columns => Batch * _pixelRows * _pixelColumns;
        public readonly int Depth => Shape.Features * _tapRows * _tapColumns;

        public readonly InputProduct Plane(int plane)
        {
            var result = this;
            int s = Shape.Stride;
            result._rowResidue = plane / s;
            result._columnResidue = plane % s;
            result._firstRow = (result._rowResidue + s - Shape.Padding % s) % s;
            result._firstColumn = (result._columnResidue + s - Shape.Padding % s) % s;
            result._pixelRows = Steps(result._firstRow, Shape.Height, s);
            result._pixelColumns = Steps(result._firstColumn, Shape.Width, s);
            result._tapRows = Steps(result._rowResidue, Shape.KernelHeight, s);
            result._tapColumns = Steps(result._columnResidue, Shape.KernelWidth, s);
            // A residue may have no tap, of a kernel smaller than the stride, and no pixel, of an image smaller than it.
            result._byTaps = new(Math.Max(1, result._tapRows * result._tapColumns));
            result._byTapColumns = new(Math.Max(1, result._tapColumns));
            result._byPixels = new(Math.Max(1, result._pixelRows * result._pixelColumns));
            result._byPixelColumns = new(Math.Max(1, result._pixelColumns));
            return result;
        }

        /// <summary>How many of first, first + step, … lie below <paramref name="end"/>.</summary>
        private static int Steps(int first, int end, int step) => first < end ? (end - 1 - first) / step + 1 : 0;

        public readonly int OffsetA(int k)
        {
            int feature = _byTaps.Divide(k, out int tap);
            int kernelRow = _rowResidue + _byTapColumns.Divide(tap, out int tapColumn) * Shape.Stride;
            int kernelColumn = _columnResidue + tapColumn * Shape.Stride;
            return feature * WStride + kernelRow * Shape.KernelWidth + kernelColumn;
        }

        public readonly float A(int row, int offset) => W[row * Shape.KernelSize + offset];

        public readonly Place Locate(int column)
        {
            int image = _byPixels.Divide(column, out int pixel);
            int pixelRow = _byPixelColumns.Divide(pixel, out int pixelColumn);
            return new Place(image, _firstRow + pixelRow * Shape.Stride, _firstColumn + pixelColumn * Shape.Stride);
        }

        public readonly int OffsetB(int k, Place place)
        {
            int feature = _byTaps.Divide(k, out int tap);
            // A padded coordinate is congruent to its residue modulo the stride and not below it, so the division is exact and of no negative number.
            int row = ByStride.Divide(place.Row + Shape.Padding - _rowResidue) - _byTapColumns.Divide(tap, out int tapColumn);
            int column = ByStride.Divide(place.Column + Shape.Padding - _columnResidue) - tapColumn;
            bool inside = row >= 0 && row < Shape.MapHeight && column >= 0 && column < Shape.MapWidth;
            return inside ? place.Offset * DYStride + feature * Shape.MapPixels + row * Shape.MapWidth + column : -1;
        }

        public readonly float B(int offset) => DY[offset];

        public readonly void Store(int row, Place place, float sum)
        {
            if (HasBias != 0)
                sum += Bias[row];
            DX[place.Offset * DXStride + row * Shape.Pixels + place.Row * Shape.Width + place.Column] = Activation.Forward(new Real1(sum)).Value;
        }
    }

    /// <summary>dw = Σ dy·windows(x)ᵀ: rows are features, columns taps, the depth runs over the windows of all images, or of a part of them, which is a plane of the grid.</summary>
    internal struct WeightProduct : IProduct<WeightProduct>
    {
        public ArrayView<float> X, DY, DW;
        public ConvShape Shape;
        public Divisors By;
        public int Batch, XStride, DYStride, DWStride, Accumulate;

        /// <summary>Windows a part, and from a part's sums to the next one's.</summary>
        public int Windows, PartSize;

        private int _first, _sums;

        public readonly int Rows => Shape.Features;
        public readonly int Columns => Shape.Taps;
        public readonly int Depth => Math.Min(Windows, Batch * Shape.MapPixels - _first);

        public readonly WeightProduct Plane(int plane)
        {
            var result = this;
            result._first = plane * Windows;
            result._sums = plane * PartSize;
            return result;
        }

        public readonly int OffsetA(int k) => By.MapPixels.Divide(_first + k, out int window) * DYStride + window;

        public readonly float A(int row, int offset) => DY[row * Shape.MapPixels + offset];

        public readonly Place Locate(int column)
        {
            int channel = By.KernelSize.Divide(column, out int tap);
            return new Place(channel, By.KernelWidth.Divide(tap, out int kernelColumn), kernelColumn);
        }

        public readonly int OffsetB(int k, Place place)
        {
            int image = By.MapPixels.Divide(_first + k, out int window);
            int row = By.MapWidth.Divide(window, out int mapColumn) * Shape.Stride - Shape.Padding + place.Row;
            int column = mapColumn * Shape.Stride - Shape.Padding + place.Column;
            bool inside = row >= 0 && row < Shape.Height && column >= 0 && column < Shape.Width;
            return inside ? image * XStride + place.Offset * Shape.Pixels + row * Shape.Width + column : -1;
        }

        public readonly float B(int offset) => X[offset];

        public readonly void Store(int row, Place place, float sum)
        {
            int index = _sums + row * DWStride + place.Offset * Shape.KernelSize + place.Row * Shape.KernelWidth + place.Column;
            DW[index] = Accumulate != 0 ? sum + DW[index] : sum;
        }
    }
}
