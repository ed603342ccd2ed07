using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Layers;
using GpuCgan.Network.Recipes;
using ILGPU;

namespace GpuCgan.Network;

/// <summary>
/// G: a latent vector and a label to an image in [−1, 1]. [latent | label] → linear, LeakyReLU → (linear, batch normalisation, LeakyReLU)… → linear, tanh.
/// </summary>
internal sealed class Generator
{
    private readonly Stack _stack;
    private readonly LabelEncoding _encoding;
    private readonly Philox _philox;
    private readonly StepClock _clock;
    private readonly Matrix _input;
    private readonly Matrix _labelGradient;
    private readonly int _latent;

    public Generator(Recipe recipe, ImageShape image, int classes, int rows, OperatorSet operators, StepClock clock, DeviceMemory memory)
        : this(recipe, image, classes, rows, operators, clock, memory, null)
    {
    }

    /// <summary>A generator with batches of its own and, where given, another's parameters.</summary>
    public Generator(Recipe recipe, ImageShape image, int classes, int rows, OperatorSet operators, StepClock clock, DeviceMemory memory, Parameters? shared)
    {
        _latent = recipe.Latent;
        _philox = operators.Philox;
        _clock = clock;
        var trainable = new ArenaLayout();
        var statistics = new ArenaLayout();
        var table = recipe.Label == LabelKind.Embedding ? trainable.Matrix("labels.table", classes, classes) : null;
        int[] widths = [_latent + classes, .. recipe.Scale(recipe.GeneratorWidths, image), image.Pixels];
        var linears = new LinearSlots[widths.Length - 1];
        var norms = new BatchNormSlots?[widths.Length - 1];
        for (int i = 0; i < linears.Length; i++)
        {
            linears[i] = LinearSlots.Add(trainable, $"linear{i + 1}", widths[i], widths[i + 1], stream: 1 + 2 * i);
            // After every hidden layer but the first; never in front of the tanh.
            norms[i] = i > 0 && i < linears.Length - 1 ? BatchNormSlots.Add(trainable, statistics, $"norm{i + 1}", widths[i + 1]) : null;
        }

        Parameters = shared ?? new Parameters(trainable, statistics, memory);
        _encoding = new LabelEncoding(operators, Parameters, clock, table, stream: 0);
        var hidden = Activation.LeakyRelu(recipe.LeakySlope);
        var layers = new List<Layer>();
        for (int i = 0; i < linears.Length; i++)
        {
            bool last = i == linears.Length - 1;
            var direct = last ? Activation.Tanh : norms[i] is null ? hidden : Activation.Identity;
            layers.Add(new Linear(operators, Parameters, clock, linears[i], direct));
            if (norms[i] is { } norm)
                layers.Add(new BatchNormalization(operators, Parameters, memory, norm, recipe.BatchNorm, hidden));
        }
        _stack = new Stack(layers, rows, memory);
        _input = memory.Matrix(rows, widths[0]);
        _labelGradient = memory.Matrix(rows, classes);
    }

    public Parameters Parameters { get; }

    /// <summary>[rows, latent + classes]: the input of the last <see cref="Forward"/>.</summary>
    public Matrix LastInput => _input;

    public void Initialize()
    {
        _encoding.Initialize();
        _stack.Initialize();
    }

    /// <summary>images [M, pixels] ← G(z, labels [M]) with new z from the clock's step and <paramref name="purpose"/>.</summary>
    public void Forward(uint purpose, ArrayView<int> labels, Matrix images, bool training)
    {
        var input = Input(images.Rows);
        _philox.Normal(_clock.View, purpose, input.SliceColumns(0, _latent));
        _encoding.Forward(labels, input.SliceColumns(_latent, input.Columns - _latent));
        _stack.Forward(input, images, new Pass(training, 0));
    }

    /// <summary>The parameters' gradients for the images of the last <see cref="Forward"/>, from dImages, which is overwritten.</summary>
    public void Backward(ArrayView<int> labels, Matrix images, Matrix dImages)
    {
        var input = Input(images.Rows);
        var pass = new Pass(true, 0);
        if (!_encoding.IsLearnt)
        {
            _stack.Backward(input, images, dImages, null, Range.All, pass, weights: true);
            return;
        }
        var dLabels = Rows(_labelGradient, images.Rows);
        _stack.Backward(input, images, dImages, dLabels, _latent.., pass, weights: true);
        _encoding.Backward(labels, dLabels);
    }

    /// <summary>What G computes outside training, with numbers from <paramref name="parameters"/>: its own, or their average.</summary>
    public GeneratorDescription Describe(Parameters parameters, int classes, ImageShape image) =>
        new(_latent, classes, _encoding.Table is { } table ? parameters.Values.Download(table) : null, _stack.Describe(parameters), image);

    private Matrix Input(int rows) => Rows(_input, rows);

    private static Matrix Rows(Matrix batch, int rows) => batch.Rows == rows ? batch : batch.SliceRows(0, rows);
}
