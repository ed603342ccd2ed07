namespace GpuCgan.Kernels.Operators;

/// <summary>
/// What random numbers are for: the word of the counter that keeps streams of one seed apart. A purpose may have 256 streams of its own, such as one
/// for each dropout layer.
/// </summary>
public static class Purpose
{
    /// <summary>Initial weights.</summary>
    public static uint Initialization(int stream) => Of(1, stream);

    /// <summary>Latent vectors of training.</summary>
    public static uint Latent(int stream) => Of(2, stream);

    /// <summary>Labels drawn for generated images.</summary>
    public static uint Labels(int stream) => Of(3, stream);

    /// <summary>The order of the training data.</summary>
    public static uint Shuffle => Of(4, 0);

    /// <summary>Dropout masks: a stream for each layer and use in a step.</summary>
    public static uint Dropout(int stream) => Of(5, stream);

    /// <summary>Latent vectors of samples: a stream for each label.</summary>
    public static uint Sampling(int label) => Of(6, label);

    /// <summary>How far augmented images are moved.</summary>
    public static uint Translation => Of(7, 0);

    /// <summary>Which of D's targets are flipped: of real pairs, and of generated ones.</summary>
    public static uint LabelNoise(int stream) => Of(8, stream);

    /// <summary>Which wrong labels real images stand under.</summary>
    public static uint MismatchedLabels => Of(9, 0);

    /// <summary>Noise on what D sees: in its own step, and in G's.</summary>
    public static uint InstanceNoise(int stream) => Of(10, stream);

    /// <summary>How images are augmented before D sees them: a stream for each augmentation and use in a step.</summary>
    public static uint Augmentation(int stream) => Of(11, stream);

    /// <summary>Where between a real and a generated sample a gradient penalty is taken: a stream for each use in a step.</summary>
    public static uint Mixing(int stream) => Of(12, stream);

    /// <summary>Where power iteration starts: a stream for each weight.</summary>
    public static uint SingularVector(int stream) => Of(13, stream);

    private static uint Of(uint purpose, int stream) => stream is >= 0 and < 256
        ? (purpose << 8) | (uint)stream
        : throw new ArgumentOutOfRangeException(nameof(stream), stream, "A purpose has 256 streams.");
}
