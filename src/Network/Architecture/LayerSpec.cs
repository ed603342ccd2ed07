using System.Globalization;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Network.Architecture;

/// <summary>
/// One layer as a recipe names it, a line of words: its kind, then what the kind takes (see <see cref="LayerKind"/>), such as <c>conv 64 4x4 stride 2 pad 1</c>.
/// </summary>
internal sealed record LayerSpec
{
    /// <summary>As it was written.</summary>
    public required string Text { get; init; }

    public required LayerKind Kind { get; init; }

    /// <summary>Of linear layers and convolutions.</summary>
    public LayerWidth Width { get; init; }

    /// <summary>Of a linear layer that makes planes: the K of <c>at 1/K</c>; 0 for a vector.</summary>
    public int EdgeDivisor { get; init; }

    /// <summary>Of convolutions: height and width of the kernel.</summary>
    public (int Height, int Width) Kernel { get; init; }

    public int Stride { get; init; } = 1;

    public int Padding { get; init; }

    /// <summary>Of transposed convolutions: rows and columns that are added behind.</summary>
    public int OutputPadding { get; init; }

    /// <summary>A LeakyReLU's slope, a dropout's rate.</summary>
    public float Value { get; init; }

    /// <summary>Whether it has weights.</summary>
    public bool HasWeights => Kind is LayerKind.Linear or LayerKind.Conv or LayerKind.ConvTranspose;

    /// <summary>Whether it is an element-by-element function that the layer before it can apply.</summary>
    public bool IsActivation => Kind is LayerKind.Relu or LayerKind.LeakyRelu or LayerKind.Tanh or LayerKind.Sigmoid;

    public bool IsNorm => Kind is LayerKind.BatchNorm or LayerKind.LayerNorm or LayerKind.InstanceNorm;

    /// <summary>Reads a layer.</summary>
    /// <exception cref="InvalidDataException">It is none; the message says what would be.</exception>
    public static LayerSpec Parse(string text)
    {
        var words = new Words(text);
        string kind = words.Next("a layer");
        return kind switch
        {
            "linear" => words.End(new LayerSpec { Text = text, Kind = LayerKind.Linear, Width = words.Width(), EdgeDivisor = words.Fraction() }),
            "conv" => words.End(Convolution(LayerKind.Conv)),
            "conv_transpose" => words.End(Convolution(LayerKind.ConvTranspose)),
            "upsample" => Plain(LayerKind.Upsample),
            "average_pool" => Plain(LayerKind.AveragePool),
            "batch_norm" => Plain(LayerKind.BatchNorm),
            "layer_norm" => Plain(LayerKind.LayerNorm),
            "instance_norm" => Plain(LayerKind.InstanceNorm),
            "relu" => Plain(LayerKind.Relu),
            "leaky_relu" => words.End(new LayerSpec { Text = text, Kind = LayerKind.LeakyRelu, Value = words.Share("a slope") }),
            "tanh" => Plain(LayerKind.Tanh),
            "sigmoid" => Plain(LayerKind.Sigmoid),
            "dropout" => words.End(new LayerSpec { Text = text, Kind = LayerKind.Dropout, Value = words.Share("a rate") }),
            _ => throw words.Refuse($"there is no layer {QuotedText.Of(kind)}; the layers are linear, conv, conv_transpose, upsample, average_pool, batch_norm, layer_norm, "
                + "instance_norm, relu, leaky_relu, tanh, sigmoid and dropout"),
        };

        LayerSpec Plain(LayerKind plain) => words.End(new LayerSpec { Text = text, Kind = plain });

        LayerSpec Convolution(LayerKind convolution) => new()
        {
            Text = text,
            Kind = convolution,
            Width = words.Width(),
            Kernel = words.Kernel(),
            Stride = words.Named("stride", 1, 8, otherwise: 1),
            Padding = words.Named("pad", 0, 15, otherwise: 0),
            OutputPadding = convolution == LayerKind.ConvTranspose ? words.Named("output_pad", 0, 7, otherwise: 0) : 0,
        };
    }

    /// <summary>The words of a line, taken one by one.</summary>
    private sealed class Words(string text)
    {
        private readonly string[] _words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        private int _next;

        public InvalidDataException Refuse(string why) => new($"layer {QuotedText.Of(text)}: {why}.");

        public string Next(string wanted) => _next < _words.Length ? _words[_next++] : throw Refuse($"{wanted} is missing");

        public LayerWidth Width() =>
            LayerWidth.TryParse(Next("a width"), out var width) ? width : throw Refuse($"a width is 1 to {LayerWidth.Most}, image, classes or 1+classes, not {QuotedText.Of(_words[_next - 1])}");

        public (int Height, int Width) Kernel()
        {
            string word = Next("a kernel such as 3x3");
            string[] parts = word.Split('x');
            if (parts.Length == 2 && Number(parts[0], 1, 16) is { } height && Number(parts[1], 1, 16) is { } width)
                return (height, width);
            throw Refuse($"a kernel is 1x1 to 16x16, not {QuotedText.Of(word)}");
        }

        public int Fraction()
        {
            if (!Skip("at"))
                return 0;
            string word = Next("a fraction such as 1/4");
            return word.StartsWith("1/", StringComparison.Ordinal) && Number(word[2..], 1, 64) is { } divisor ? divisor : throw Refuse($"a fraction is 1/1 to 1/64, not {QuotedText.Of(word)}");
        }

        public int Named(string name, int least, int most, int otherwise)
        {
            if (!Skip(name))
                return otherwise;
            string word = Next($"the number of {name}");
            return Number(word, least, most) ?? throw Refuse($"{name} is {least} to {most}, not {QuotedText.Of(word)}");
        }

        public float Share(string wanted)
        {
            string word = Next(wanted);
            return float.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out float value) && value is >= 0 and < 1
                ? value : throw Refuse($"{wanted} is 0 to below 1, not {QuotedText.Of(word)}");
        }

        public LayerSpec End(LayerSpec spec) => _next == _words.Length ? spec : throw Refuse($"{QuotedText.Of(_words[_next])} does not belong there");

        private bool Skip(string word)
        {
            bool isNext = _next < _words.Length && _words[_next] == word;
            if (isNext)
                _next++;
            return isNext;
        }

        private static int? Number(string word, int least, int most) =>
            int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most ? number : null;
    }
}
