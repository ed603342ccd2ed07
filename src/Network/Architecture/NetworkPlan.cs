namespace GpuCgan.Network.Architecture;

/// <summary>A layer of a plan: what it is, what it takes and what it makes, for one sample.</summary>
internal sealed record PlannedLayer(LayerSpec Spec, FeatureShape Input, FeatureShape Output);

/// <summary>
/// A network's layers with their shapes for given data: what a recipe's list of layers comes to before anything is allocated. Whatever does not fit is refused here.
/// </summary>
internal sealed record NetworkPlan(IReadOnlyList<PlannedLayer> Layers, FeatureShape Input)
{
    /// <summary>Numbers that one sample may have between two layers: 64×64 images with 1024 planes.</summary>
    public const long MostFeatures = 1 << 22;

    public FeatureShape Output => Layers.Count == 0 ? Input : Layers[^1].Output;

    /// <summary>Follows the shapes through the layers.</summary>
    /// <param name="lines">The layers as a recipe writes them.</param>
    /// <param name="input">What the first layer takes.</param>
    /// <param name="image">The images of the data.</param>
    /// <param name="classes">The labels of the data.</param>
    /// <param name="scaleWidths">Whether hidden linear layers are narrower for images below 28×28: see <see cref="ImageShape.ScaleWidths"/>.</param>
    /// <exception cref="InvalidDataException">A line is no layer, or does not fit what comes before it.</exception>
    public static NetworkPlan Of(IReadOnlyList<string> lines, FeatureShape input, ImageShape image, int classes, bool scaleWidths)
    {
        LayerSpec[] specs = [.. lines.Select(LayerSpec.Parse)];
        int lastWithWeights = Array.FindLastIndex(specs, spec => spec.HasWeights);
        var layers = new List<PlannedLayer>();
        var shape = input;
        for (int i = 0; i < specs.Length; i++)
        {
            var output = OutputOf(specs[i], shape, image, classes, scaleWidths && i != lastWithWeights);
            if (output.Length > MostFeatures)
                throw new InvalidDataException($"layer '{specs[i].Text}': it would make {output}, {output.Length} numbers a sample; {MostFeatures} is the limit.");
            layers.Add(new PlannedLayer(specs[i], shape, output));
            shape = output;
        }
        return new NetworkPlan(layers, input);
    }

    private static FeatureShape OutputOf(LayerSpec spec, FeatureShape input, ImageShape image, int classes, bool scaleWidths)
    {
        switch (spec.Kind)
        {
            case LayerKind.Linear when spec.EdgeDivisor > 0:
                if (image.Height % spec.EdgeDivisor != 0 || image.Width % spec.EdgeDivisor != 0)
                    throw Refuse($"the images are {image}, and {image.Height} by {image.Width} is not divisible by {spec.EdgeDivisor}");
                return new FeatureShape(spec.Width.Of(image.Channels, classes), image.Height / spec.EdgeDivisor, image.Width / spec.EdgeDivisor);
            case LayerKind.Linear:
                int width = spec.Width.Of(image.Pixels, classes);
                return FeatureShape.Vector(scaleWidths && spec.Width.IsNumber ? image.ScaleWidths([width])[0] : width);
            case LayerKind.Conv:
                return new FeatureShape(
                    spec.Width.Of(image.Channels, classes),
                    Strided(input.Height, spec.Kernel.Height),
                    Strided(input.Width, spec.Kernel.Width));
            case LayerKind.ConvTranspose:
                if (spec.OutputPadding >= spec.Stride)
                    throw Refuse($"output_pad {spec.OutputPadding} must be below stride {spec.Stride}");
                return new FeatureShape(
                    spec.Width.Of(image.Channels, classes),
                    Spread(input.Height, spec.Kernel.Height),
                    Spread(input.Width, spec.Kernel.Width));
            case LayerKind.Upsample:
                return input with { Height = 2 * input.Height, Width = 2 * input.Width };
            case LayerKind.AveragePool:
                if (input.Height % 2 != 0 || input.Width % 2 != 0)
                    throw Refuse($"it halves {input}, whose edges are not both even");
                return input with { Height = input.Height / 2, Width = input.Width / 2 };
            case LayerKind.InstanceNorm when input.IsVector:
                throw Refuse("it normalises planes, and what comes before it is a vector, each of whose numbers would become zero");
            default:
                return input;
        }

        InvalidDataException Refuse(string why) => new($"layer '{spec.Text}': {why}.");

        int Strided(int edge, int kernel)
        {
            int room = edge + 2 * spec.Padding - kernel;
            return room >= 0 ? room / spec.Stride + 1 : throw Refuse($"a kernel of {kernel} does not fit into {edge} pixels and {spec.Padding} of padding on each side");
        }

        int Spread(int edge, int kernel)
        {
            int size = (edge - 1) * spec.Stride - 2 * spec.Padding + kernel + spec.OutputPadding;
            return size >= 1 ? size : throw Refuse($"{edge} pixels would become {size}");
        }
    }
}
