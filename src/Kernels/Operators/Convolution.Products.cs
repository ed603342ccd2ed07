using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Convolution
{
    /// <summary>y[n, f, ·] = w·windows(x[n]): rows are features, columns the windows of all images, the depth runs over the taps.</summary>
    internal struct ForwardProduct : IProduct<ForwardProduct>
    {
        public ArrayView<float> X, W, Bias, Y;
        public ConvShape Shape;
        public int Batch, XStride, WStride, YStride, HasBias;
        public Activation Activation;

        public readonly int Rows => Shape.Features;
        public readonly int Columns => Batch * Shape.MapPixels;
        public readonly int Depth => Shape.Taps;

        public readonly ForwardProduct Plane(int plane) => this;

        public readonly float A(int row, int k) => W[row * WStride + k];

        public readonly Place Locate(int column)
        {
            int window = column % Shape.MapPixels;
            return new Place(column / Shape.MapPixels, window / Shape.MapWidth, window % Shape.MapWidth);
        }

        public readonly float B(int k, Place place)
        {
            int channel = k / Shape.KernelSize;
            int tap = k % Shape.KernelSize;
            int row = place.Row * Shape.Stride - Shape.Padding + tap / Shape.KernelWidth;
            int column = place.Column * Shape.Stride - Shape.Padding + tap % Shape.KernelWidth;
            bool inside = row >= 0 && row < Shape.Height && column >= 0 && column < Shape.Width;
            return inside ? X[place.Offset * XStride + channel * Shape.Pixels + row * Shape.Width + column] : 0;
        }

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
        public int Batch, DYStride, WStride, DXStride, HasBias;
        public Activation Activation;

        // Of a plane: the residue, and its pixels and taps.
        private int _rowResidue, _columnResidue, _firstRow, _firstColumn, _pixelRows, _pixelColumns, _tapRows, _tapColumns;

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
            return result;
        }

        /// <summary>How many of first, first + step, … lie below <paramref name="end"/>.</summary>
        private static int Steps(int first, int end, int step) => first < end ? (end - 1 - first) / step + 1 : 0;

        public readonly float A(int row, int k)
        {
            int taps = _tapRows * _tapColumns;
            int tap = k % taps;
            int kernelRow = _rowResidue + tap / _tapColumns * Shape.Stride;
            int kernelColumn = _columnResidue + tap % _tapColumns * Shape.Stride;
            return W[k / taps * WStride + row * Shape.KernelSize + kernelRow * Shape.KernelWidth + kernelColumn];
        }

        public readonly Place Locate(int column)
        {
            // A residue may have no pixel, in an image smaller than the stride.
            int pixels = Math.Max(1, _pixelRows * _pixelColumns);
            int pixel = column % pixels;
            int columns = Math.Max(1, _pixelColumns);
            return new Place(column / pixels, _firstRow + pixel / columns * Shape.Stride, _firstColumn + pixel % columns * Shape.Stride);
        }

        public readonly float B(int k, Place place)
        {
            int taps = _tapRows * _tapColumns;
            int tap = k % taps;
            // The difference is a multiple of the stride, so the division is exact and a negative row stays negative.
            int row = (place.Row + Shape.Padding - _rowResidue) / Shape.Stride - tap / _tapColumns;
            int column = (place.Column + Shape.Padding - _columnResidue) / Shape.Stride - tap % _tapColumns;
            bool inside = row >= 0 && row < Shape.MapHeight && column >= 0 && column < Shape.MapWidth;
            return inside ? DY[place.Offset * DYStride + k / taps * Shape.MapPixels + row * Shape.MapWidth + column] : 0;
        }

        public readonly void Store(int row, Place place, float sum)
        {
            if (HasBias != 0)
                sum += Bias[row];
            DX[place.Offset * DXStride + row * Shape.Pixels + place.Row * Shape.Width + place.Column] = Activation.Forward(new Real1(sum)).Value;
        }
    }

    /// <summary>dw = Σ dy·windows(x)ᵀ: rows are features, columns taps, the depth runs over the windows of all images.</summary>
    internal struct WeightProduct : IProduct<WeightProduct>
    {
        public ArrayView<float> X, DY, DW;
        public ConvShape Shape;
        public int Batch, XStride, DYStride, DWStride, Accumulate;

        public readonly int Rows => Shape.Features;
        public readonly int Columns => Shape.Taps;
        public readonly int Depth => Batch * Shape.MapPixels;

        public readonly WeightProduct Plane(int plane) => this;

        public readonly float A(int row, int k) => DY[k / Shape.MapPixels * DYStride + row * Shape.MapPixels + k % Shape.MapPixels];

        public readonly Place Locate(int column)
        {
            int tap = column % Shape.KernelSize;
            return new Place(column / Shape.KernelSize, tap / Shape.KernelWidth, tap % Shape.KernelWidth);
        }

        public readonly float B(int k, Place place)
        {
            int window = k % Shape.MapPixels;
            int row = window / Shape.MapWidth * Shape.Stride - Shape.Padding + place.Row;
            int column = window % Shape.MapWidth * Shape.Stride - Shape.Padding + place.Column;
            bool inside = row >= 0 && row < Shape.Height && column >= 0 && column < Shape.Width;
            return inside ? X[k / Shape.MapPixels * XStride + place.Offset * Shape.Pixels + row * Shape.Width + column] : 0;
        }

        public readonly void Store(int row, Place place, float sum)
        {
            int index = row * DWStride + place.Offset * Shape.KernelSize + place.Row * Shape.KernelWidth + place.Column;
            DW[index] = Accumulate != 0 ? sum + DW[index] : sum;
        }
    }
}
