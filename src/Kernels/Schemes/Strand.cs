namespace GpuCgan.Kernels.Schemes;

/// <summary>What a lane reads at a place of its strand: a number, or the few that belong together.</summary>
internal interface IStrandReader<T> where T : struct
{
    T Read(int place);
}

/// <summary>What a lane does with what it read, place after place in order.</summary>
internal interface IStrandTaker<T> where T : struct
{
    /// <summary>Not inside, the place lies beyond the strand's end, and what was read there must not show.</summary>
    void Take(T read, int place, bool inside);
}

/// <summary>What a lane read at some places of its strand, which follow one another.</summary>
internal interface IStrandBatch<TSelf, T>
    where TSelf : struct, IStrandBatch<TSelf, T>
    where T : struct
{
    /// <summary>How many places.</summary>
    static abstract int Count { get; }

    /// <summary>Reads the places from <paramref name="place"/> on, beyond <paramref name="last"/> that one again.</summary>
    static abstract TSelf Read<TReader>(TReader reader, int place, int step, int last) where TReader : struct, IStrandReader<T>;

    /// <summary>Hands them over in order.</summary>
    static abstract void Take<TTaker>(ref TTaker taker, TSelf read, int place, int step, int end) where TTaker : struct, IStrandTaker<T>;
}

/// <summary>In a kernel: the places first, first + step, first + 2·step, … before the end, which one lane takes in order.</summary>
/// <remarks>
/// A lane that reads a number and adds it before it reads the next waits for the memory as often as there are numbers, and ILGPU unrolls no loop. So a batch of places is read
/// before the first of them is taken: the lane waits once for all. Beyond the end the last place is read again, which keeps the reads free of branches. The end and a batch of
/// steps more is an int.
/// </remarks>
internal readonly struct Strand<TReader, T, TBatch>(TReader reader, int first, int end, int step)
    where TReader : struct, IStrandReader<T>
    where T : struct
    where TBatch : struct, IStrandBatch<TBatch, T>
{
    private readonly TReader _reader = reader;
    private readonly int _first = first, _end = end, _step = step;

    /// <summary>Takes every place.</summary>
    public void Walk<TTaker>(ref TTaker taker) where TTaker : struct, IStrandTaker<T>
    {
        for (int place = _first; place < _end; place += TBatch.Count * _step)
            TBatch.Take(ref taker, Read(place), place, _step, _end);
    }

    /// <summary>The first batch, to be kept from one walk to the next. There is a place to read, be it another strand's.</summary>
    public TBatch Start() => Read(_first);

    /// <summary>Takes every place, of which the first batch was read before.</summary>
    public void Walk<TTaker>(ref TTaker taker, TBatch start) where TTaker : struct, IStrandTaker<T>
    {
        TBatch.Take(ref taker, start, _first, _step, _end);
        for (int place = _first + TBatch.Count * _step; place < _end; place += TBatch.Count * _step)
            TBatch.Take(ref taker, Read(place), place, _step, _end);
    }

    private TBatch Read(int place) => TBatch.Read(_reader, place, _step, _end - 1);
}

/// <summary>Eight places.</summary>
internal struct Eight<T> : IStrandBatch<Eight<T>, T> where T : struct
{
    /// <summary><see cref="Count"/>, for who needs a constant.</summary>
    public const int Places = 8;

    private T _0, _1, _2, _3, _4, _5, _6, _7;

    public static int Count => Places;

    public static Eight<T> Read<TReader>(TReader reader, int place, int step, int last) where TReader : struct, IStrandReader<T> => new()
    {
        _0 = reader.Read(Math.Min(place, last)), _1 = reader.Read(Math.Min(place + step, last)),
        _2 = reader.Read(Math.Min(place + 2 * step, last)), _3 = reader.Read(Math.Min(place + 3 * step, last)),
        _4 = reader.Read(Math.Min(place + 4 * step, last)), _5 = reader.Read(Math.Min(place + 5 * step, last)),
        _6 = reader.Read(Math.Min(place + 6 * step, last)), _7 = reader.Read(Math.Min(place + 7 * step, last)),
    };

    public static void Take<TTaker>(ref TTaker taker, Eight<T> read, int place, int step, int end) where TTaker : struct, IStrandTaker<T>
    {
        taker.Take(read._0, place, place < end);
        taker.Take(read._1, place + step, place + step < end);
        taker.Take(read._2, place + 2 * step, place + 2 * step < end);
        taker.Take(read._3, place + 3 * step, place + 3 * step < end);
        taker.Take(read._4, place + 4 * step, place + 4 * step < end);
        taker.Take(read._5, place + 5 * step, place + 5 * step < end);
        taker.Take(read._6, place + 6 * step, place + 6 * step < end);
        taker.Take(read._7, place + 7 * step, place + 7 * step < end);
    }
}

/// <summary>Two batches, one behind the other.</summary>
internal struct Twice<TBatch, T> : IStrandBatch<Twice<TBatch, T>, T>
    where TBatch : struct, IStrandBatch<TBatch, T>
    where T : struct
{
    private TBatch _first, _second;

    public static int Count => 2 * TBatch.Count;

    public static Twice<TBatch, T> Read<TReader>(TReader reader, int place, int step, int last) where TReader : struct, IStrandReader<T> => new()
    {
        _first = TBatch.Read(reader, place, step, last), _second = TBatch.Read(reader, place + TBatch.Count * step, step, last),
    };

    public static void Take<TTaker>(ref TTaker taker, Twice<TBatch, T> read, int place, int step, int end) where TTaker : struct, IStrandTaker<T>
    {
        TBatch.Take(ref taker, read._first, place, step, end);
        TBatch.Take(ref taker, read._second, place + TBatch.Count * step, step, end);
    }
}
