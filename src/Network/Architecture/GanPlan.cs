using System.Globalization;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Architecture;

/// <summary>Both networks of a recipe for given data, checked before anything is allocated.</summary>
/// <param name="Generator">[latent | label code] to an image.</param>
/// <param name="GeneratorLabel">The label's code behind the latent vector, or the factor of it.</param>
/// <param name="Discriminator">[image | label code], or a pack of so many of them, to a score, to a score and a logit a class, or to a score a class.</param>
/// <param name="DiscriminatorLabel">The label's code behind the image.</param>
internal sealed record GanPlan(NetworkPlan Generator, LabelCode GeneratorLabel, NetworkPlan Discriminator, LabelCode DiscriminatorLabel)
{
    /// <exception cref="InvalidDataException">The recipe makes no such GAN of these data; the message names the network, the layer and the reason.</exception>
    public static GanPlan Of(Recipe recipe, ImageShape image, int classes)
    {
        if (recipe.GeneratorLabel == GeneratorLabelKind.None != (recipe.DiscriminatorLabel == DiscriminatorLabelKind.None))
            throw new InvalidDataException($"recipe '{recipe.Name}': the label reaches one of the two networks alone, which D or G could only ignore; set generator_label and discriminator_label both to none, or neither.");
        CheckLabels(recipe, classes);
        float side = Math.Min(image.Height, image.Width), cutout = recipe.Augment.Cutout;
        if (cutout > 0 && MathF.Round(cutout * side) < 1)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"recipe '{recipe.Name}': augment.cutout is {cutout}, less than a pixel of images of {image}; it must be 0, or at least {1 / side:0.###}."));
        var labelOfG = LabelCode.Of(recipe.GeneratorLabel, recipe.Latent, classes);
        var labelOfD = LabelCode.Of(recipe.DiscriminatorLabel, image, classes);
        var generator = Named("generator", () => NetworkPlan.Of(recipe.Generator, FeatureShape.Vector(labelOfG.InputColumns(recipe.Latent)), image, classes, recipe.ScaleWidths));
        if (generator.Output.Length != image.Pixels || (!generator.Output.IsVector && generator.Output != FeatureShape.Of(image)))
            throw Refuse("generator", $"its last layer makes {generator.Output}, and the images are {FeatureShape.Of(image)}");
        if (recipe.Packing > 1 && (long)recipe.Packing * (image.Pixels + labelOfD.Columns) is > NetworkPlan.MostFeatures and var numbers)
            throw Refuse("discriminator", $"packing is {recipe.Packing}, and so many images with their labels are {numbers} numbers; {NetworkPlan.MostFeatures} is the limit");
        var discriminator = Named("discriminator", () => NetworkPlan.Of(recipe.Discriminator, InputOfD(recipe, image, labelOfD), image, classes, recipe.ScaleWidths));
        if (discriminator.Layers[^1].Spec.IsActivation)
            throw Refuse("discriminator", $"it ends in '{discriminator.Layers[^1].Spec.Text}'; every objective takes D's plain output, the sigmoid is inside it where there is one");
        var (outputs, wanted) = recipe.DiscriminatorLabel switch
        {
            DiscriminatorLabelKind.Auxiliary => (1 + classes, $"a score and {classes} classes are wanted, 'linear 1+classes'"),
            DiscriminatorLabelKind.ClassVector => (classes, $"a score for each of {classes} classes is wanted, 'linear classes'"),
            _ => (1, "one score is wanted"),
        };
        if (discriminator.Output.Length != outputs)
            throw Refuse("discriminator", $"its last layer makes {discriminator.Output}, and {wanted}");
        if (recipe.DiscriminatorLabel == DiscriminatorLabelKind.Projection && discriminator.Layers[^1].Spec.Kind != LayerKind.Linear)
            throw Refuse("discriminator", $"it ends in '{discriminator.Layers[^1].Spec.Text}', and a projection is a term of 'linear 1'");
        foreach (var (network, plan) in (ReadOnlySpan<(string, NetworkPlan)>)[("generator", generator), ("discriminator", discriminator)])
        {
            if (!plan.Layers[0].Spec.HasWeights)
                throw Refuse(network, $"it begins with '{plan.Layers[0].Spec.Text}'; the first layer has weights");
        }
        if (recipe.Regularizer != RegularizerKind.None && discriminator.Layers.FirstOrDefault(layer => !IsPiecewiseLinear(layer.Spec)) is { } curved)
        {
            throw Refuse("discriminator", $"it has '{curved.Spec.Text}' under a regularizer, whose penalty is taken of each sample by itself and of piecewise linear layers: "
                + "linear, conv, average_pool, relu, leaky_relu and dropout; replace the layer, or set regularizer to none");
        }
        return new GanPlan(generator, labelOfG, discriminator, labelOfD);

        InvalidDataException Refuse(string network, string why) => new($"recipe '{recipe.Name}': {network}: {why}.");

        NetworkPlan Named(string network, Func<NetworkPlan> plan)
        {
            try
            {
                return plan();
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"recipe '{recipe.Name}': {network}: {e.Message}");
            }
        }
    }

    /// <summary>Whether a critic may have it under a gradient penalty: see <see cref="Layers.Layer.IsPiecewiseLinear"/>.</summary>
    private static bool IsPiecewiseLinear(LayerSpec spec) =>
        spec.Kind is LayerKind.Linear or LayerKind.Conv or LayerKind.AveragePool or LayerKind.Relu or LayerKind.LeakyRelu or LayerKind.Dropout;

    /// <summary>Refuses what cannot be asked of a D that knows labels in this way, or of data with so few.</summary>
    private static void CheckLabels(Recipe recipe, int classes)
    {
        var label = recipe.DiscriminatorLabel;
        string? why = null;
        if (recipe.MismatchedPairs > 0)
        {
            why = label switch
            {
                DiscriminatorLabelKind.None => "D sees no label that could be wrong",
                DiscriminatorLabelKind.Auxiliary or DiscriminatorLabelKind.ClassVector => "D is not told the label but asked for it, so that there is no pair that could be wrong",
                _ => classes == 1 ? "data of one class have no wrong label" : null,
            };
            why = why is null ? null : $"mismatched_pairs is {recipe.MismatchedPairs.ToString(CultureInfo.InvariantCulture)}, and {why}; it must be 0";
        }
        else if (label == DiscriminatorLabelKind.Auxiliary && classes == 1)
        {
            why = "discriminator_label is auxiliary, and data of one class leave nothing to classify; take data with more, or none for both labels";
        }
        else if (label == DiscriminatorLabelKind.ClassVector && recipe.Objective is not (ObjectiveKind.BinaryCrossEntropy or ObjectiveKind.LeastSquares))
        {
            why = "discriminator_label is class_vector, which has a target for every output, for G too; objective must be binary_cross_entropy or least_squares";
        }
        else if (label == DiscriminatorLabelKind.ClassVector && recipe.LabelNoise > 0)
        {
            why = $"label_noise is {recipe.LabelNoise.ToString(CultureInfo.InvariantCulture)}, and a vector of classes (discriminator_label class_vector) has no opposite to flip to; it must be 0";
        }
        if (why is not null)
            throw new InvalidDataException($"recipe '{recipe.Name}': {why}.");
    }

    /// <summary>Planes where the label is planes or is not there, a vector where it is one; those of a pack one behind the other, as its rows of the batch lie.</summary>
    private static FeatureShape InputOfD(Recipe recipe, ImageShape image, LabelCode label) =>
        recipe.DiscriminatorLabel is DiscriminatorLabelKind.OneHot or DiscriminatorLabelKind.Embedding
            ? FeatureShape.Vector(recipe.Packing * (image.Pixels + label.Columns))
            : new FeatureShape(recipe.Packing * (image.Channels + label.Columns / (image.Height * image.Width)), image.Height, image.Width);
}
