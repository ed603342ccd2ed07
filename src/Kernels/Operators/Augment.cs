using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Differentiable augmentation (Zhao, Liu, Lin, Zhu and Han 2020; Karras et al. 2020): images [M, channels·height·width] moved, scaled, rotated, made brighter, changed in
/// contrast and cut out, each by amounts of its own. D sees real and generated images through it, and G's gradient comes back through it.
/// <code>
/// y(i, j) = k·x(s) + b outside of the cutout, the fill inside of it,   s = centre + R/scale·((i, j) − centre − shift)
/// </code>
/// with x between pixels bilinear and the fill outside of the image. <see cref="Draw"/> overwrites the amounts, <see cref="Forward"/> y, <see cref="Backward"/> dx, which
/// needs the amounts alone: the map is affine in x.
/// </summary>
/// <remarks>
/// Backward is the exact transpose of Forward's weights. A kernel gathers: for an input pixel it goes through the output pixels near its image under the inverse map, row by
/// row, takes those whose bilinear weight of it is not zero, and needs no atomics. The wide twin, which has a whole image to itself, scatters in the same order, so it
/// has the same bits.
/// </remarks>
public sealed partial class Augment
{
    /// <summary>Numbers an image: cos/scale, sin/scale, shift down, shift right, k, b, and the cutout's top and left.</summary>
    public const int Amounts = 8;

    /// <summary>What may be drawn, in pixels, turns and grey levels.</summary>
    internal readonly struct Bounds(AugmentOptions options, int height, int width)
    {
        public readonly float Down = options.Shift * height, Right = options.Shift * width, Scale = options.Scale, Turn = options.Rotation / 360;
        public readonly float Brightness = options.Brightness, Contrast = options.Contrast;
        public readonly int Height = height, Width = width, WholePixels = options.WholePixels ? 1 : 0;
        public readonly int CutoutHeight = CutoutSide(options, height), CutoutWidth = CutoutSide(options, width);
    }

    private static int CutoutSide(AugmentOptions options, int side) => (int)MathF.Round(options.Cutout * side);

    private static void DrawKernel(Index1D image, ArrayView<StepState> clock, uint purpose, ArrayView<float> amounts, int stride, Bounds bounds)
    {
        EarlierLaunches.Await();
        DrawOne(image, clock[0], purpose, amounts.SubView(image * stride, Amounts), bounds);
    }

    /// <summary>Two Philox blocks an image, so that its amounts do not depend on the batch.</summary>
    private static void DrawOne(int image, StepState clock, uint purpose, ArrayView<float> a, Bounds s)
    {
        var w0 = Philox.Words(new Word1((uint)(2 * image)), clock, purpose, out var w1, out var w2, out var w3);
        float scale = 1 + s.Scale * Signed(w2), turn = Signed(w3);
        var sine = Elementary.SinCosOfTurn(new Real1(s.Turn * (turn > 0 ? turn : -turn)), out var cosine);
        a[0] = cosine.Value / scale;
        a[1] = (turn > 0 ? sine.Value : -sine.Value) / scale;
        a[2] = Move(s.Down * Signed(w0), s.WholePixels);
        a[3] = Move(s.Right * Signed(w1), s.WholePixels);
        w0 = Philox.Words(new Word1((uint)(2 * image + 1)), clock, purpose, out w1, out w2, out w3);
        a[4] = 1 + s.Contrast * Signed(w1);
        a[5] = s.Brightness * Signed(w0);
        a[6] = Corner(w2, s.Height, s.CutoutHeight);
        a[7] = Corner(w3, s.Width, s.CutoutWidth);
    }

    /// <summary>Uniform in (−1, 1).</summary>
    private static float Signed(Word1 word) => 2 * Real1.UnitInterval(word).Value - 1;

    private static float Move(float pixels, int whole) => whole != 0 ? Real1.Round(new Real1(pixels)).Value : pixels;

    private static float Corner(Word1 word, int side, int cutout)
    {
        Word1.Multiply(word, (uint)side, out var middle);
        return (int)middle.Value - cutout / 2;
    }

    /// <summary>The amounts of one image, and where a pixel of y comes from.</summary>
    internal readonly struct Map
    {
        public readonly float Cosine, Sine, Down, Right, Contrast, Brightness;
        private readonly float _top, _left, _middleRow, _middleColumn;
        private readonly Layout _s;

        public Map(ArrayView<float> a, Layout s)
        {
            (Cosine, Sine, Down, Right, Contrast, Brightness, _top, _left) = (a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
            _middleRow = (s.Height - 1) * 0.5f;
            _middleColumn = (s.Width - 1) * 0.5f;
            _s = s;
        }

        public bool IsCut(int row, int column) => row >= _top && row < _top + _s.CutoutHeight && column >= _left && column < _left + _s.CutoutWidth;

        public float SourceRow(int row, int column) => _middleRow + (Cosine * (row - _middleRow - Down) + Sine * (column - _middleColumn - Right));

        public float SourceColumn(int row, int column) => _middleColumn + (Cosine * (column - _middleColumn - Right) - Sine * (row - _middleRow - Down));

        /// <summary>Where a pixel of x goes to, and how far around it its weight may reach: a rounding more than the exact extent of ±1 pixel under the inverse map.</summary>
        public float Target(int row, int column, out float targetColumn, out float reach)
        {
            float square = Cosine * Cosine + Sine * Sine, down = row - _middleRow, right = column - _middleColumn;
            reach = (MathF.Abs(Cosine) + MathF.Abs(Sine)) / square + 0.01f;
            targetColumn = _middleColumn + Right + (Sine * down + Cosine * right) / square;
            return _middleRow + Down + (Cosine * down - Sine * right) / square;
        }
    }

    /// <summary>The bilinear weight of a pixel at this distance.</summary>
    private static float Tent(float distance) => 1 - MathF.Abs(distance);

    private static int Floor(float x) => x < (int)x ? (int)x - 1 : (int)x;

    private static float Sample(ArrayView<float> x, int plane, float row, float column, Layout s, float fill)
    {
        int top = Floor(row), left = Floor(column);
        float down = Tent(row - top), up = Tent(row - (top + 1)), right = Tent(column - left), further = Tent(column - (left + 1));
        float value = down * right * Pixel(x, plane, top, left, s, fill);
        value += down * further * Pixel(x, plane, top, left + 1, s, fill);
        value += up * right * Pixel(x, plane, top + 1, left, s, fill);
        return value + up * further * Pixel(x, plane, top + 1, left + 1, s, fill);
    }

    private static float Pixel(ArrayView<float> x, int plane, int row, int column, Layout s, float fill) =>
        s.Has(row, column) ? x[plane + row * s.Width + column] : fill;

    private static void ForwardKernel(Index1D i, ArrayView<float> x, ArrayView<float> amounts, ArrayView<float> y, Layout s, float fill)
    {
        EarlierLaunches.Await();
        int image = i / s.Columns, pixel = i % s.Columns;
        int plane = pixel / (s.Height * s.Width) * (s.Height * s.Width), row = pixel / s.Width % s.Height, column = pixel % s.Width;
        y[image * s.Target + pixel] = Output(x, image * s.Source + plane, new Map(amounts.SubView(image * s.Amounts, Amounts), s), row, column, s, fill);
    }

    private static float Output(ArrayView<float> x, int plane, Map map, int row, int column, Layout s, float fill)
    {
        if (map.IsCut(row, column))
            return fill;
        return map.Contrast * Sample(x, plane, map.SourceRow(row, column), map.SourceColumn(row, column), s, fill) + map.Brightness;
    }

    private static void BackwardKernel(Index1D i, ArrayView<float> dy, ArrayView<float> amounts, ArrayView<float> dx, Layout s)
    {
        EarlierLaunches.Await();
        int image = i / s.Columns, pixel = i % s.Columns;
        int plane = pixel / (s.Height * s.Width) * (s.Height * s.Width), row = pixel / s.Width % s.Height, column = pixel % s.Width;
        var map = new Map(amounts.SubView(image * s.Amounts, Amounts), s);
        float targetRow = map.Target(row, column, out float targetColumn, out float reach);
        float sum = 0;
        for (int outRow = First(targetRow - reach); outRow <= Last(targetRow + reach, s.Height); outRow++)
        {
            for (int outColumn = First(targetColumn - reach); outColumn <= Last(targetColumn + reach, s.Width); outColumn++)
            {
                float down = Tent(map.SourceRow(outRow, outColumn) - row), right = Tent(map.SourceColumn(outRow, outColumn) - column);
                if (down > 0 && right > 0 && !map.IsCut(outRow, outColumn))
                    sum += down * right * (map.Contrast * dy[image * s.Source + plane + outRow * s.Width + outColumn]);
            }
        }
        dx[image * s.Target + pixel] = sum;
    }

    private static int First(float position) => position > 0 ? (int)position : 0;

    private static int Last(float position, int side) => position < side - 1 ? Floor(position) : side - 1;

    internal readonly struct Layout(Matrix source, Matrix target, Matrix amounts, int height, int width, AugmentOptions options)
    {
        public readonly int Columns = source.Columns, Source = source.Stride, Target = target.Stride, Amounts = amounts.Stride, Height = height, Width = width;
        public readonly int CutoutHeight = CutoutSide(options, height), CutoutWidth = CutoutSide(options, width);

        public bool Has(int row, int column) => row >= 0 && row < Height && column >= 0 && column < Width;
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<StepState>, uint, ArrayView<float>, int, Bounds>? _draw;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, Layout, float>? _forward;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, Layout>? _backward;

    /// <summary>Compiles the kernels for <paramref name="device"/>.</summary>
    public Augment(ComputeDevice device)
    {
        _device = device;
        if (device.Team is not null)
            return;
        _draw = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<StepState>, uint, ArrayView<float>, int, Bounds>(DrawKernel, ElementLanes.AGroup));
        _forward = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, Layout, float>(ForwardKernel, ElementLanes.AGroup));
        _backward = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, Layout>(BackwardKernel, ElementLanes.AGroup));
    }

    /// <summary>Draws the amounts of a batch. Overwrites them. Image r's are a function of seed, step, purpose and r.</summary>
    /// <param name="clock">[1], the step and the seed.</param>
    /// <param name="purpose">Which stream; see <see cref="Purpose.Augmentation"/>.</param>
    /// <param name="amounts">[M, <see cref="Amounts"/>].</param>
    /// <param name="height">Of an image.</param>
    /// <param name="width">Of an image.</param>
    /// <param name="options">The bounds.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, there is no clock, or an option is outside of its range.</exception>
    public void Draw(ArrayView<StepState> clock, uint purpose, Matrix amounts, int height, int width, AugmentOptions options)
    {
        if (clock.Length != 1 || amounts.Columns != Amounts || height < 1 || width < 1)
            throw new ArgumentException($"Amounts {amounts} with {clock.Length} clocks for images of {height}×{width}: {Amounts} a row and one clock.");
        options.Check();
        var bounds = new Bounds(options, height, width);
        using var launch = _device.Profiler?.Begin("Augment.Draw", $"{amounts.Rows}", 24L * amounts.Rows, sizeof(float) * amounts.Elements);
        if (_draw is not null)
        {
            _draw(_device.Stream, amounts.Rows, clock, purpose, amounts.Data, amounts.Stride, bounds);
            return;
        }
        for (int image = 0; image < amounts.Rows; image++)
            DrawOne(image, clock.AsHostSpan()[0], purpose, amounts.Data.SubView(image * amounts.Stride, Amounts), bounds);
    }

    /// <summary>y from x. Overwrites y.</summary>
    /// <param name="x">[M, channels·height·width].</param>
    /// <param name="amounts">[M, <see cref="Amounts"/>], drawn with the same options.</param>
    /// <param name="y">[M, channels·height·width]; must not overlap x.</param>
    /// <param name="height">Of an image.</param>
    /// <param name="width">Of an image.</param>
    /// <param name="options">The bounds that the amounts were drawn with, for the cutout's size.</param>
    /// <param name="fill">What comes in from outside, and the cutout: −1 for images on black.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Forward(Matrix x, Matrix amounts, Matrix y, int height, int width, AugmentOptions options, float fill)
    {
        var layout = LayoutOf(x, y, amounts, height, width, options);
        // Where a pixel comes from 10, the bilinear weights 12, the sum 11, brightness and contrast 2, the cutout 4.
        using var launch = _device.Profiler?.Begin("Augment.Forward", $"{x}", 39 * x.Elements, sizeof(float) * (2 * x.Elements + amounts.Elements));
        if (_forward is not null)
            _forward(_device.Stream, x.Rows * x.Columns, x.Data, amounts.Data, y.Data, layout, fill);
        else
            ForwardWide(x, amounts, y, layout, fill);
    }

    /// <summary>dx from dy. Overwrites dx.</summary>
    /// <param name="dy">[M, channels·height·width].</param>
    /// <param name="amounts">As Forward had them.</param>
    /// <param name="dx">[M, channels·height·width]; must not overlap dy.</param>
    /// <param name="height">Of an image.</param>
    /// <param name="width">Of an image.</param>
    /// <param name="options">As Forward had them.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Backward(Matrix dy, Matrix amounts, Matrix dx, int height, int width, AugmentOptions options)
    {
        var layout = LayoutOf(dy, dx, amounts, height, width, options);
        using var launch = _device.Profiler?.Begin("Augment.Backward", $"{dy}", 39 * dy.Elements, sizeof(float) * (2 * dy.Elements + amounts.Elements));
        if (_backward is not null)
            _backward(_device.Stream, dy.Rows * dy.Columns, dy.Data, amounts.Data, dx.Data, layout);
        else
            BackwardWide(dy, amounts, dx, layout);
    }

    private static Layout LayoutOf(Matrix source, Matrix target, Matrix amounts, int height, int width, AugmentOptions options)
    {
        if (height < 1 || width < 1 || source.Columns % ((long)height * width) != 0 || target.Rows != source.Rows || target.Columns != source.Columns
            || amounts.Rows != source.Rows || amounts.Columns != Amounts)
        {
            throw new ArgumentException($"Amounts {amounts} do not turn {source} images of {height}×{width} into {target}.");
        }
        return new Layout(source, target, amounts, height, width, options);
    }
}
