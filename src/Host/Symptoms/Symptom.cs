namespace GpuCgan.Host.Symptoms;

/// <summary>A way in which training goes wrong.</summary>
/// <param name="Id">As metrics.jsonl names it.</param>
/// <param name="Title">In a few words.</param>
/// <param name="Advice">What to try.</param>
internal sealed record Symptom(string Id, string Title, string Advice)
{
    public static Symptom DiscriminatorWins { get; } = new(
        "d_wins", "D tells real from generated without fail, and G learns little from that",
        "try a smaller discriminator_learning_rate, more dropout in the discriminator, or real_target 0.9 in the recipe");

    public static Symptom Collapse { get; } = new(
        "collapse", "G's images of a label are nearly all alike: it has collapsed",
        "try another --seed, a smaller --lr, a larger --batch-size, or generator_batch \"fresh\" in the recipe; earlier checkpoints may be better");

    public static Symptom VanishingGradient { get; } = new(
        "g_gradient_vanishes", "hardly any gradient reaches G, which has all but stopped to learn",
        "try a smaller discriminator_learning_rate, objective \"least_squares\", or real_target 0.9 in the recipe");

    public static Symptom DiscriminatorAtChance { get; } = new(
        "d_at_chance", "D has not learnt to tell real from generated since the start, so G has nothing to learn from",
        "try a larger --lr, less dropout or wider layers in the recipe's discriminator, and check that the data's labels are right");

    public static Symptom LossRunsAway { get; } = new(
        "loss_runs_away", "a loss grows without end",
        "try a smaller --lr or another --seed; earlier checkpoints may be better");

    public static IReadOnlyList<Symptom> All { get; } = [DiscriminatorWins, Collapse, VanishingGradient, DiscriminatorAtChance, LossRunsAway];

    /// <summary>The one of an identifier; null for one of another version.</summary>
    public static Symptom? Find(string id) => All.FirstOrDefault(symptom => symptom.Id == id);
}
