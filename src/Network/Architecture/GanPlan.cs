using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Architecture;

/// <summary>Both networks of a recipe for given data, checked before anything is allocated.</summary>
/// <param name="Generator">[latent | label code] to an image.</param>
/// <param name="GeneratorLabel">The label's code behind the latent vector.</param>
/// <param name="Discriminator">[image | label code] to a score.</param>
/// <param name="DiscriminatorLabel">The label's code behind the image.</param>
internal sealed record GanPlan(NetworkPlan Generator, LabelCode GeneratorLabel, NetworkPlan Discriminator, LabelCode DiscriminatorLabel)
{
    /// <exception cref="InvalidDataException">The recipe makes no such GAN of these data; the message names the network, the layer and the reason.</exception>
    public static GanPlan Of(Recipe recipe, ImageShape image, int classes)
    {
        if (recipe.GeneratorLabel == GeneratorLabelKind.None != (recipe.DiscriminatorLabel == DiscriminatorLabelKind.None))
            throw new InvalidDataException($"recipe '{recipe.Name}': the label reaches one of the two networks alone, which D or G could only ignore; set generator_label and discriminator_label both to none, or neither.");
        var labelOfG = LabelCode.Of(recipe.GeneratorLabel, classes);
        var labelOfD = LabelCode.Of(recipe.DiscriminatorLabel, image, classes);
        var generator = Named("generator", () => NetworkPlan.Of(recipe.Generator, FeatureShape.Vector(recipe.Latent + labelOfG.Columns), image, classes, recipe.ScaleWidths));
        if (generator.Output.Length != image.Pixels || (!generator.Output.IsVector && generator.Output != FeatureShape.Of(image)))
            throw Refuse("generator", $"its last layer makes {generator.Output}, and the images are {FeatureShape.Of(image)}");
        var discriminator = Named("discriminator", () => NetworkPlan.Of(recipe.Discriminator, InputOfD(recipe, image, labelOfD), image, classes, recipe.ScaleWidths));
        if (discriminator.Layers[^1].Spec.IsActivation)
            throw Refuse("discriminator", $"it ends in '{discriminator.Layers[^1].Spec.Text}'; every objective takes D's plain output, the sigmoid is inside it where there is one");
        if (discriminator.Output.Length != 1)
            throw Refuse("discriminator", $"its last layer makes {discriminator.Output}, and one score is wanted");
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

    /// <summary>Planes where the label is planes or is not there, a vector where it is one.</summary>
    private static FeatureShape InputOfD(Recipe recipe, ImageShape image, LabelCode label) =>
        recipe.DiscriminatorLabel is DiscriminatorLabelKind.OneHot or DiscriminatorLabelKind.Embedding
            ? FeatureShape.Vector(image.Pixels + label.Columns)
            : new FeatureShape(image.Channels + label.Columns / (image.Height * image.Width), image.Height, image.Width);
}
