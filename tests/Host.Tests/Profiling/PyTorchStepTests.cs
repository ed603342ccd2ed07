using System.Text.Json.Nodes;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Tests.Profiling;

/// <summary>bench/pytorch_step.py refuses a recipe with a field that it does not read, so a field that is new has to be named there too. No PyTorch is asked for.</summary>
public class PyTorchStepTests
{
    [Fact]
    public void TheStepInPyTorchKnowsEveryFieldThatTheTextbookRecipeSets()
    {
        string script = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "pytorch_step.py"));
        var missing = RecipeFile.ToJson(RecipeFile.Load("mlp-classic")).Where(field => IsOn(field.Value) && !script.Contains($"\"{field.Key}\"", StringComparison.Ordinal));
        Assert.Empty(missing.Select(field => field.Key));
    }

    // What the script calls so: 0, false and "none" change nothing.
    private static bool IsOn(JsonNode? value) => value switch
    {
        null => false,
        JsonObject fields => fields.Any(field => IsOn(field.Value)),
        _ => value.ToJsonString() is not ("0" or "false" or "\"none\""),
    };
}
