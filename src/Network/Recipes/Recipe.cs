using System.Text.Json.Serialization;
using GpuCgan.Kernels.Operators;

namespace GpuCgan.Network.Recipes;

/// <summary>How the label reaches G.</summary>
public enum GeneratorLabelKind
{
    /// <summary>Not at all: an unconditional GAN.</summary>
    None,

    /// <summary>A one-hot vector behind the latent one (Mirza and Osindero 2014).</summary>
    OneHot,

    /// <summary>A learnt vector behind the latent one.</summary>
    Embedding,

    /// <summary>A learnt vector of the latent one's length, which the latent one is multiplied by, number by number.</summary>
    Multiply,
}

/// <summary>How the label reaches D.</summary>
public enum DiscriminatorLabelKind
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>A one-hot vector behind the image's numbers (Mirza and Osindero 2014).</summary>
    OneHot,

    /// <summary>A learnt vector behind the image's numbers.</summary>
    Embedding,

    /// <summary>A plane a label behind the image's, the label's own of ones.</summary>
    Planes,

    /// <summary>A learnt plane behind the image's.</summary>
    Plane,

    /// <summary>At the end: the inner product of a learnt vector and what D's last layer takes is added to its score (Miyato and Koyama 2018).</summary>
    Projection,

    /// <summary>As what D should answer: a score, and a class for every image (AC-GAN: Odena, Olah and Shlens 2017). D ends in 1+classes.</summary>
    Auxiliary,

    /// <summary>As what D should answer: a score a class, a real image's target a vector and a generated one's zeros. D ends in classes.</summary>
    ClassVector,
}

/// <summary>What a D that answers with a score a class should say of a real image, and of the generated image that G wants called real.</summary>
public enum RealVectorKind
{
    /// <summary>1 at its class and 0 elsewhere.</summary>
    OneHot,

    /// <summary>1 for every class: no label reaches D.</summary>
    Ones,
}

/// <summary>What D and G are scored with.</summary>
public enum ObjectiveKind
{
    /// <summary>Binary cross-entropy on logits; G in its non-saturating form (Goodfellow et al. 2014).</summary>
    BinaryCrossEntropy,

    /// <summary>Least squares (Mao et al. 2017).</summary>
    LeastSquares,

    /// <summary>Binary cross-entropy; G in the min-max form, which saturates (Goodfellow et al. 2014).</summary>
    Minimax,

    /// <summary>Binary cross-entropy; G in the maximum-likelihood form (Goodfellow 2016).</summary>
    MaximumLikelihood,

    /// <summary>Hinge (Lim and Ye 2017).</summary>
    Hinge,

    /// <summary>Wasserstein (Arjovsky, Chintala and Bottou 2017): needs a D that something keeps Lipschitz.</summary>
    Wasserstein,
}

/// <summary>What moves a network's parameters by their gradients.</summary>
public enum OptimizerKind
{
    /// <summary>Adam (Kingma and Ba 2015).</summary>
    Adam,

    /// <summary>RMSProp (Tieleman and Hinton 2012).</summary>
    Rmsprop,

    /// <summary>Stochastic gradient descent, with Polyak's momentum (1964) where it is not 0.</summary>
    Sgd,
}

/// <summary>What is added to D's loss to keep its slope by the image in bounds.</summary>
public enum RegularizerKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>λ·(‖∇D(x̂)‖ − 1)² at x̂ = ε·x + (1 − ε)·x̃, one ε a sample, between a real image and the generated one of its label: WGAN-GP (Gulrajani et al. 2017).</summary>
    GradientPenalty,

    /// <summary>λ·‖∇D(x)‖² at the real pairs: R1 (Mescheder, Geiger and Nowozin 2018), whose γ/2 is λ.</summary>
    ZeroCentredPenalty,
}

/// <summary>Which generated images a step of G learns from.</summary>
public enum GeneratorBatchKind
{
    /// <summary>Those that D has just been trained on: one forward pass of G a step.</summary>
    Shared,

    /// <summary>New ones, from new noise and labels drawn uniformly.</summary>
    Fresh,
}

/// <summary>
/// What makes a GAN the GAN it is, apart from its data: architecture, objective and optimisers. A recipe is a JSON object with these names in
/// snake case; what it leaves out has the value of <c>mlp-classic</c>.
/// </summary>
public sealed record Recipe
{
    /// <summary>Its name, for people.</summary>
    public string Name { get; init; } = "mlp-classic";

    /// <summary>Length of the latent vector, drawn from N(0, 1).</summary>
    public int Latent { get; init; } = 100;

    /// <summary>G's layers, from [latent | label] to an image in [−1, 1]: each a line of words, listed in docs/recipes.md.</summary>
    public string[] Generator { get; init; } =
    [
        "linear 128", "leaky_relu 0.2",
        "linear 256", "batch_norm", "leaky_relu 0.2",
        "linear 512", "batch_norm", "leaky_relu 0.2",
        "linear 1024", "batch_norm", "leaky_relu 0.2",
        "linear image", "tanh",
    ];

    /// <summary>D's layers, from [image | label] to a score, which is a logit where the objective has probabilities: no sigmoid ends it.</summary>
    public string[] Discriminator { get; init; } =
    [
        "linear 512", "leaky_relu 0.2", "dropout 0.4",
        "linear 512", "leaky_relu 0.2", "dropout 0.4",
        "linear 512", "leaky_relu 0.2", "dropout 0.4",
        "linear 1",
    ];

    /// <summary>Whether hidden linear layers are narrower for images below 28×28; see <see cref="ImageShape.ScaleWidths"/>.</summary>
    public bool ScaleWidths { get; init; } = true;

    /// <summary>From which distribution the first weights come.</summary>
    public InitialValuesKind InitialValues { get; init; }

    /// <summary>How the label reaches G.</summary>
    public GeneratorLabelKind GeneratorLabel { get; init; } = GeneratorLabelKind.OneHot;

    /// <summary>How the label reaches D.</summary>
    public DiscriminatorLabelKind DiscriminatorLabel { get; init; } = DiscriminatorLabelKind.OneHot;

    /// <summary>What an auxiliary D's classification of an image costs, by its score's cost: the λ of L_s + λ·L_c.</summary>
    public float AuxiliaryWeight { get; init; } = 1;

    /// <summary>The target of a real image where D answers with a score a class.</summary>
    public RealVectorKind RealVector { get; init; } = RealVectorKind.OneHot;

    /// <summary>What batch normalisation adds to the variance.</summary>
    public float BatchNormEpsilon { get; init; } = 1e-5f;

    /// <summary>The share of a new batch in the running statistics.</summary>
    public float BatchNormMomentum { get; init; } = 0.1f;

    /// <summary>What D and G are scored with.</summary>
    public ObjectiveKind Objective { get; init; } = ObjectiveKind.BinaryCrossEntropy;

    /// <summary>What D should say of a real pair: 1, or a little less for one-sided label smoothing (Salimans et al. 2016).</summary>
    public float RealTarget { get; init; } = 1;

    /// <summary>What D should say of a generated pair.</summary>
    public float FakeTarget { get; init; }

    /// <summary>The share of D's targets that are flipped, at random and anew in every step: real pairs called generated and the other way round.</summary>
    public float LabelNoise { get; init; }

    /// <summary>The share of D's real images that stand under a wrong label and count as generated, so that D cannot do without the label (Reed et al. 2016).</summary>
    public float MismatchedPairs { get; init; }

    /// <summary>Deviation of the normal noise on every image that D sees, at the start; it falls linearly to 0 over the run (Sønderby et al. 2017).</summary>
    public float InstanceNoise { get; init; }

    /// <summary>How images are changed at random before D sees them, real and generated ones alike.</summary>
    public AugmentRecipe Augment { get; init; } = new();

    /// <summary>Steps of D, each on new data, for one of G.</summary>
    public int NCritic { get; init; } = 1;

    /// <summary>Which images a step of G learns from.</summary>
    public GeneratorBatchKind GeneratorBatch { get; init; } = GeneratorBatchKind.Shared;

    /// <summary>Images a batch.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>m: D sees so many images as one sample, real ones alone or generated ones alone, and gives them one score (PacGAN: Lin, Khetan, Fanti and Oh 2018).</summary>
    public int Packing { get; init; } = 1;

    /// <summary>What moves G.</summary>
    public OptimizerKind GeneratorOptimizer { get; init; } = OptimizerKind.Adam;

    /// <summary>What moves D.</summary>
    public OptimizerKind DiscriminatorOptimizer { get; init; } = OptimizerKind.Adam;

    /// <summary>The optimiser's rate for G.</summary>
    public float GeneratorLearningRate { get; init; } = 2e-4f;

    /// <summary>The optimiser's rate for D.</summary>
    public float DiscriminatorLearningRate { get; init; } = 2e-4f;

    /// <summary>The share of the run, at its end, over which both rates fall linearly to 0; 0 for constant ones.</summary>
    public float LearningRateDecay { get; init; }

    /// <summary>Adam's decay of the first moments.</summary>
    public float AdamBeta1 { get; init; } = 0.5f;

    /// <summary>Adam's decay of the second moments.</summary>
    public float AdamBeta2 { get; init; } = 0.999f;

    /// <summary>What Adam adds to the root of the second moment.</summary>
    public float AdamEpsilon { get; init; } = 1e-8f;

    /// <summary>RMSProp's decay of the mean square.</summary>
    public float RmspropSmoothing { get; init; } = 0.99f;

    /// <summary>What RMSProp adds to the root of the mean square.</summary>
    public float RmspropEpsilon { get; init; } = 1e-8f;

    /// <summary>The share of its last velocity that plain descent keeps.</summary>
    public float SgdMomentum { get; init; }

    /// <summary>c: behind every update all of D's parameters are put into [−c, c] (Arjovsky, Chintala and Bottou 2017); 0 leaves them.</summary>
    public float WeightClip { get; init; }

    /// <summary>What is added to D's loss.</summary>
    public RegularizerKind Regularizer { get; init; } = RegularizerKind.None;

    /// <summary>λ, by which the regulariser is multiplied.</summary>
    public float RegularizerWeight { get; init; } = 10;

    /// <summary>Whether the weights of D's layers are divided by their largest singular values (Miyato et al. 2018).</summary>
    public bool SpectralNorm { get; init; }

    /// <summary>Adam's decoupled weight decay.</summary>
    public float WeightDecay { get; init; }

    /// <summary>Decay of the exponential moving average of G that samples are drawn from; 0 samples from G itself.</summary>
    public float GeneratorAverage { get; init; }

    /// <summary>Whether G is told a label; else every image is one of all that there are.</summary>
    [JsonIgnore]
    public bool HasLabels => GeneratorLabel != GeneratorLabelKind.None;

    /// <summary>Samples that D makes of a batch of real or of generated images.</summary>
    [JsonIgnore]
    internal int Packs => BatchSize / Packing;

    [JsonIgnore]
    internal BatchNormOptions BatchNorm => new(BatchNormEpsilon, BatchNormMomentum);

    internal RmsPropOptions RmspropOf(float learningRate) => new(learningRate, RmspropSmoothing, RmspropEpsilon);

    [JsonIgnore]
    internal AdamOptions GeneratorAdam => new(GeneratorLearningRate, AdamBeta1, AdamBeta2, AdamEpsilon, WeightDecay);

    [JsonIgnore]
    internal AdamOptions DiscriminatorAdam => new(DiscriminatorLearningRate, AdamBeta1, AdamBeta2, AdamEpsilon, WeightDecay);
}
