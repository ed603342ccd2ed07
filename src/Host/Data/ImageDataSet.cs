using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace GpuCgan.Host.Data;

/// <summary>Labelled images of one size, in memory, as bytes. Immutable; the memory given to it is taken over, not copied.</summary>
public sealed class ImageDataSet
{
    private readonly Lazy<string> contentHash;

    /// <param name="name">What the user calls the data set.</param>
    /// <param name="source">Where it came from: a folder, or "embedded".</param>
    /// <param name="splitNote">Which part of the data set this is, and how it was cut.</param>
    /// <param name="channels">1 for grey, 3 for red, green, blue.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="pixels">[Count, Channels, Height, Width], 0 to 255.</param>
    /// <param name="labels">[Count], each an index into <paramref name="classNames"/>.</param>
    /// <param name="classNames">One name a class.</param>
    /// <exception cref="ArgumentException">Sizes that disagree, no image at all, or a label without a class.</exception>
    public ImageDataSet(
        string name,
        string source,
        string splitNote,
        int channels,
        int height,
        int width,
        ReadOnlyMemory<byte> pixels,
        ReadOnlyMemory<int> labels,
        IReadOnlyList<string> classNames)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(splitNote);
        ArgumentNullException.ThrowIfNull(classNames);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (labels.Length == 0)
            throw new ArgumentException($"data set '{name}' has no images", nameof(labels));
        Int128 expected = (Int128)labels.Length * channels * height * width;
        if (pixels.Length != expected)
        {
            throw new ArgumentException(
                $"data set '{name}': images and labels do not match in number: {labels.Length} labels of {channels}x{height}x{width} images need {expected} bytes of pixels, {pixels.Length} were given",
                nameof(pixels));
        }

        int wrong = labels.Span.IndexOfAnyExceptInRange(0, classNames.Count - 1);
        if (wrong >= 0)
            throw new ArgumentException($"data set '{name}': image {wrong} has label {labels.Span[wrong]}, expected 0 to {classNames.Count - 1}", nameof(labels));

        Name = name;
        Source = source;
        SplitNote = splitNote;
        Channels = channels;
        Height = height;
        Width = width;
        Pixels = pixels;
        Labels = labels;
        ClassNames = Array.AsReadOnly(classNames.ToArray());
        contentHash = new Lazy<string>(ComputeContentHash);
    }

    public string Name { get; }

    public string Source { get; }

    public string SplitNote { get; }

    public int Count => Labels.Length;

    public int Channels { get; }

    public int Height { get; }

    public int Width { get; }

    public int PixelsPerImage => Channels * Height * Width;

    /// <summary>[Count, Channels, Height, Width], 0 to 255.</summary>
    public ReadOnlyMemory<byte> Pixels { get; }

    /// <summary>[Count], indices into <see cref="ClassNames"/>.</summary>
    public ReadOnlyMemory<int> Labels { get; }

    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The labels as a network takes them.</summary>
    /// <exception cref="OverflowException">There are more than 256 classes.</exception>
    public byte[] LabelBytes() => Array.ConvertAll(Labels.ToArray(), label => checked((byte)label));

    /// <summary>SHA-256, in hexadecimal, of the shape and number of classes, the pixels and the labels. Computed at the first use.</summary>
    public string ContentHash => contentHash.Value;

    /// <summary>[Channels, Height, Width] of one image.</summary>
    public ReadOnlySpan<byte> Image(int index) => Pixels.Span.Slice(index * PixelsPerImage, PixelsPerImage);

    /// <summary>The same images under other labels.</summary>
    /// <param name="labels">[Count].</param>
    public ImageDataSet Relabelled(int[] labels) => new(Name, Source, SplitNote, Channels, Height, Width, Pixels, labels, ClassNames);

    /// <summary>
    /// Cuts every class at the same fraction. Which images train depends on the seed and on the order of the images alone;
    /// both parts keep that order. A class of two images or more is in both parts, a single image trains.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not between 0 and 1.</exception>
    /// <exception cref="InvalidDataException">No class has two images, so nothing is left to test on.</exception>
    public TrainTestSplit Split(double trainFraction = TrainTestSplit.DefaultTrainFraction, ulong seed = TrainTestSplit.DefaultSeed)
    {
        if (!(trainFraction > 0 && trainFraction < 1))
            throw new ArgumentOutOfRangeException(nameof(trainFraction), trainFraction, "expected a fraction between 0 and 1, both excluded");

        bool[] trains = new bool[Count];
        foreach (IGrouping<int, int> members in Enumerable.Range(0, Count).GroupBy(i => Labels.Span[i]))
        {
            int[] shuffled = [.. members.OrderBy(i => SplitKey(seed, i))];
            int train = (int)Math.Round(trainFraction * shuffled.Length, MidpointRounding.AwayFromZero);
            train = Math.Max(1, Math.Min(train, shuffled.Length - 1));
            foreach (int i in shuffled.AsSpan(0, train))
                trains[i] = true;
        }

        if (!trains.Contains(false))
            throw new InvalidDataException($"{Source}: no class of data set '{Name}' has 2 images, expected at least one that has, to keep some back for testing; add images");

        string percent = (trainFraction * 100).ToString("0.##", CultureInfo.InvariantCulture);
        string rest = (100 - trainFraction * 100).ToString("0.##", CultureInfo.InvariantCulture);
        return new TrainTestSplit(
            Pick([.. Enumerable.Range(0, Count).Where(i => trains[i])], $"train: {percent} % of each class, seed {seed}"),
            Pick([.. Enumerable.Range(0, Count).Where(i => !trains[i])], $"test: {rest} % of each class, seed {seed}"));
    }

    /// <summary>
    /// The given number of images of each class, in the order of the data set. Which ones depends on the seed and on the order of the images alone.
    /// </summary>
    /// <param name="perClass">One number a class, none above what the class has; not all 0.</param>
    /// <param name="seed">Which of them.</param>
    /// <exception cref="ArgumentException">The numbers do not fit the classes.</exception>
    public ImageDataSet Sample(IReadOnlyList<int> perClass, ulong seed = TrainTestSplit.DefaultSeed)
    {
        ArgumentNullException.ThrowIfNull(perClass);
        if (perClass.Count != ClassNames.Count)
            throw new ArgumentException($"{perClass.Count} numbers for {ClassNames.Count} classes", nameof(perClass));
        List<int> taken = [];
        foreach (IGrouping<int, int> members in Enumerable.Range(0, Count).GroupBy(i => Labels.Span[i]))
            taken.AddRange(members.OrderBy(i => SplitKey(seed, i)).Take(perClass[members.Key]));

        if (taken.Count != perClass.Sum())
            throw new ArgumentException($"{perClass.Sum()} images were asked for, and the classes asked hold {taken.Count} of them", nameof(perClass));
        taken.Sort();
        return Pick([.. taken], $"{SplitNote}; {taken.Count} images, seed {seed}");
    }

    // SplitMix64 (Steele, Lea, Flood 2014). For one seed it is a bijection of the index, so no two keys are equal.
    private static ulong SplitKey(ulong seed, int index)
    {
        ulong z = seed + 0x9E3779B97F4A7C15 * ((ulong)index + 1);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private ImageDataSet Pick(int[] indices, string splitNote)
    {
        byte[] pixels = new byte[indices.Length * PixelsPerImage];
        int[] labels = new int[indices.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            Image(indices[i]).CopyTo(pixels.AsSpan(i * PixelsPerImage));
            labels[i] = Labels.Span[indices[i]];
        }

        return new ImageDataSet(Name, Source, splitNote, Channels, Height, Width, pixels, labels, ClassNames);
    }

    private string ComputeContentHash()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> word = stackalloc byte[sizeof(int)];
        foreach (int extent in (ReadOnlySpan<int>)[Count, Channels, Height, Width, ClassNames.Count])
        {
            BinaryPrimitives.WriteInt32LittleEndian(word, extent);
            hash.AppendData(word);
        }

        hash.AppendData(Pixels.Span);
        hash.AppendData(MemoryMarshal.AsBytes(Labels.Span));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
