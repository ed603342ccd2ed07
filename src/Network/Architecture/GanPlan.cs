using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Architecture;

/// <summary>Both networks of a recipe for given data, checked before anything is allocated.</summary>
internal sealed record GanPlan(NetworkPlan Generator, NetworkPlan Discriminator)
{
    /// <exception cref="InvalidDataException">The recipe makes no such GAN of these data; the message names the network, the layer and the reason.</exception>
    public static GanPlan Of(Recipe recipe, ImageShape image, int classes)
    {
        var generator = Named("generator", () => NetworkPlan.Of(recipe.Generator, FeatureShape.Vector(recipe.Latent + classes), image, classes, recipe.ScaleWidths));
        if (generator.Output.Length != image.Pixels || (!generator.Output.IsVector && generator.Output != FeatureShape.Of(image)))
            throw Refuse("generator", $"its last layer makes {generator.Output}, and the images are {FeatureShape.Of(image)}");
        var discriminator = Named("discriminator", () => NetworkPlan.Of(recipe.Discriminator, FeatureShape.Vector(image.Pixels + classes), image, classes, recipe.ScaleWidths));
        if (discriminator.Layers[^1].Spec.IsActivation)
            throw Refuse("discriminator", $"it ends in '{discriminator.Layers[^1].Spec.Text}'; every objective takes D's plain output, the sigmoid is inside it where there is one");
        if (discriminator.Output.Length != 1)
            throw Refuse("discriminator", $"its last layer makes {discriminator.Output}, and one score is wanted");
        foreach (var (network, plan) in (ReadOnlySpan<(string, NetworkPlan)>)[("generator", generator), ("discriminator", discriminator)])
        {
            if (!plan.Layers[0].Spec.HasWeights)
                throw Refuse(network, $"it begins with '{plan.Layers[0].Spec.Text}'; the first layer has weights");
        }
        return new GanPlan(generator, discriminator);

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
}
