using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Architecture;
using GpuCgan.Network.Layers;
using GpuCgan.Network.Recipes;
using ILGPU;

namespace GpuCgan.Network;

/// <summary>
/// G: a latent vector and a label to an image in [−1, 1]: [latent | label], or latent ⊙ label, through the layers of the recipe.
/// </summary>
internal sealed class Generator
{
    private static readonly Pass Trained = new(true, 0);
    private static readonly Pass Sampled = new(false, 0);

    private readonly Stack _stack;
    private readonly LabelEncoding? _encoding;
    private readonly LabelFactor? _factor;
    private readonly Philox _philox;
    private readonly CopyMatrix _copy;
    private readonly StepClock _clock;
    private readonly Matrix _input;
    private readonly Matrix _labelGradient;
    private readonly int _latent;

    /// <summary>A generator with batches of its own and, where given, another's parameters.</summary>
    public Generator(Recipe recipe, NetworkPlan plan, LabelCode label, int classes, int rows, OperatorSet operators, StepClock clock, DeviceMemory memory, Parameters? shared = null)
    {
        _latent = recipe.Latent;
        _philox = operators.Philox;
        _copy = operators.CopyMatrix;
        _clock = clock;
        var builder = new NetworkBuilder(operators, clock, memory, recipe, rows);
        var table = LabelEncoding.Place(label, classes, builder.Trainable);
        builder.Place(plan, firstStream: 1);
        Parameters = shared ?? new Parameters(builder.Trainable, builder.Statistics, memory);
        if (label.IsFactor)
            _factor = new LabelFactor(operators, Parameters, clock, table!, stream: 0, rows, memory);
        else
            _encoding = new LabelEncoding(operators, Parameters, clock, label, table, stream: 0);
        _stack = new Stack(builder.Make(Parameters), rows, memory);
        _input = memory.Matrix(rows, (int)plan.Input.Length);
        _labelGradient = memory.Matrix(rows, Math.Max(1, label.Columns));
    }

    public Parameters Parameters { get; }

    /// <summary>[rows, latent + code]: the input of the last <see cref="Forward"/>.</summary>
    public Matrix LastInput => _input;

    /// <summary>[rows, latent]: the latent vectors of the last <see cref="Forward"/>.</summary>
    public Matrix LastLatents => Latents(_input.Rows);

    public void Initialize()
    {
        _encoding?.Initialize();
        _factor?.Initialize();
        _stack.Initialize();
    }

    /// <summary>New z for the next <see cref="Forward"/> of so many rows, from the clock's step and <paramref name="purpose"/>.</summary>
    public void DrawLatents(uint purpose, int rows) => _philox.Normal(_clock.View, purpose, Latents(rows));

    /// <summary>images [M, pixels] ← G(z, labels [M]), with the z that was drawn last.</summary>
    public void Forward(ArrayView<int> labels, Matrix images, bool training)
    {
        var input = Input(images.Rows);
        _encoding?.Forward(labels, input);
        _factor?.Forward(labels, input);
        _stack.Forward(input, images, training ? Trained : Sampled);
    }

    /// <summary>images [M, pixels] ← G(latents [M, latent], mixtures of labels [M, classes]), not in training.</summary>
    public void Draw(Matrix latents, Matrix labelWeights, Matrix images)
    {
        var input = Input(images.Rows);
        _copy.Launch(latents, Latents(images.Rows));
        _encoding?.Mix(labelWeights, input);
        _factor?.Mix(labelWeights, input);
        _stack.Forward(input, images, Sampled);
    }

    /// <summary>The nonlinearity that the <paramref name="images"/> of the last <see cref="Forward"/> came out of, where the way back through it is a step of its own.</summary>
    public Slope? SlopeOf(Matrix images) => _stack.SlopeOf(images, Trained);

    /// <summary>
    /// The parameters' gradients for the images of the last <see cref="Forward"/>, from dImages, which is overwritten; the optimiser may begin with those that it has. Whether dImages is the
    /// gradient before <see cref="SlopeOf"/> the images already, <paramref name="isSloped"/> says.
    /// </summary>
    public void Backward(ArrayView<int> labels, Matrix images, Matrix dImages, Optimizer optimizer, bool isSloped)
    {
        var input = Input(images.Rows);
        if (_factor is not null)
        {
            var dInput = Rows(_labelGradient, images.Rows);
            _stack.Backward(input, images, dImages, dInput, Range.All, Trained, weights: true, optimizer, isSloped: isSloped);
            _factor.Backward(labels, dInput);
            return;
        }
        if (!_encoding!.IsLearnt)
        {
            _stack.Backward(input, images, dImages, null, Range.All, Trained, weights: true, optimizer, isSloped: isSloped);
            return;
        }
        var dLabels = Rows(_labelGradient, images.Rows);
        _stack.Backward(input, images, dImages, dLabels, _latent.., Trained, weights: true, optimizer, isSloped: isSloped);
        _encoding.Backward(labels, dLabels);
    }

    /// <summary>What G computes outside training, with numbers from <paramref name="parameters"/>: its own, or their average.</summary>
    public GeneratorDescription Describe(Parameters parameters, int classes, ImageShape image)
    {
        var table = _factor?.Table ?? _encoding?.Table;
        return new(_latent, classes, _factor is null ? _encoding!.Columns : _latent, table is null ? null : parameters.Values.Download(table), _factor is not null, _stack.Describe(parameters), image);
    }

    private Matrix Latents(int rows) => _factor is null ? Input(rows).SliceColumns(0, _latent) : Rows(_factor.Latents, rows);

    private Matrix Input(int rows) => Rows(_input, rows);

    private static Matrix Rows(Matrix batch, int rows) => batch.Rows == rows ? batch : batch.SliceRows(0, rows);
}
