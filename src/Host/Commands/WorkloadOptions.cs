using System.CommandLine;
using GpuCgan.Host.Profiling;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Commands;

/// <summary>The options that say which step is timed. <c>bench</c> and <c>profile</c> have a set each.</summary>
internal sealed class WorkloadOptions
{
    private readonly Option<string?> _recipe = new("--recipe") { Description = $"A recipe's name ({string.Join(", ", RecipeFile.Names)}) or a JSON file. Default: mlp.", HelpName = "NAME|FILE" };
    private readonly DataOptions _data = new();
    private readonly Option<int?> _steps = CommonOptions.Positive("--steps", "Steps that are timed. Default: 300, or as many as fit six seconds.");
    private readonly Option<int?> _warmUp = CommonOptions.Positive("--warm-up", "Steps before those. Default: 600, or as many as fit five seconds.");

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_recipe, _steps, _warmUp, _data.Data, _data.DataDirectory, .. _data.HowToRead])
            command.Options.Add(option);
    }

    /// <summary>The recipe that was asked for, with another batch size where that was.</summary>
    public Recipe Recipe(ParseResult parsed, int? batchSize)
    {
        var recipe = RecipeFile.Load(parsed.GetValue(_recipe) ?? "mlp");
        if (batchSize is { } size)
            recipe = recipe with { BatchSize = size };
        RecipeFile.Check(recipe, $"recipe '{recipe.Name}'");
        return recipe;
    }

    public WorkloadData Data(ParseResult parsed, int largestBatch) => WorkloadData.Read(_data, parsed, largestBatch);

    public StepCount WarmUp(ParseResult parsed) => StepCount.WarmUp(parsed.GetValue(_warmUp));

    public StepCount Timed(ParseResult parsed) => StepCount.Timed(parsed.GetValue(_steps));
}
