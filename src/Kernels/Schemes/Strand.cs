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

/// <summary>In a kernel: the places first, first + step, first + 2·step, … before the end, which one lane takes in order.</summary>
/// <remarks>
/// A lane that reads a number and adds it before it reads the next waits for the memory as often as there are numbers, and ILGPU unrolls no loop. So eight places are read
/// before the first of them is taken: the lane waits once for all. Beyond the end the last place is read again, which keeps the reads free of branches. The end and eight
/// steps more is an int.
/// </remarks>
internal readonly struct Strand<TReader, T>(TReader reader, int first, int end, int step)
    where TReader : struct, IStrandReader<T>
    where T : struct
{
    private readonly TReader _reader = reader;
    private readonly int _first = first, _end = end, _step = step;

    /// <summary>Takes every place.</summary>
    public void Walk<TTaker>(ref TTaker taker) where TTaker : struct, IStrandTaker<T>
    {
        for (int place = _first; place < _end; place += Eight<T>.Count * _step)
            Take(ref taker, Read(place), place);
    }

    /// <summary>The first eight places, to be kept from one walk to the next. There is a place to read, be it another strand's.</summary>
    public Eight<T> Start() => Read(_first);

    /// <summary>Takes every place, of which the first eight were read before.</summary>
    public void Walk<TTaker>(ref TTaker taker, Eight<T> start) where TTaker : struct, IStrandTaker<T>
    {
        Take(ref taker, start, _first);
        for (int place = _first + Eight<T>.Count * _step; place < _end; place += Eight<T>.Count * _step)
            Take(ref taker, Read(place), place);
    }

    private Eight<T> Read(int place) => new()
    {
        X0 = Read(place, 0), X1 = Read(place, 1), X2 = Read(place, 2), X3 = Read(place, 3),
        X4 = Read(place, 4), X5 = Read(place, 5), X6 = Read(place, 6), X7 = Read(place, 7),
    };

    private T Read(int place, int steps) => _reader.Read(Math.Min(place + steps * _step, _end - 1));

    private void Take<TTaker>(ref TTaker taker, Eight<T> read, int place) where TTaker : struct, IStrandTaker<T>
    {
        Take(ref taker, read.X0, place);
        Take(ref taker, read.X1, place + _step);
        Take(ref taker, read.X2, place + 2 * _step);
        Take(ref taker, read.X3, place + 3 * _step);
        Take(ref taker, read.X4, place + 4 * _step);
        Take(ref taker, read.X5, place + 5 * _step);
        Take(ref taker, read.X6, place + 6 * _step);
        Take(ref taker, read.X7, place + 7 * _step);
    }

    private void Take<TTaker>(ref TTaker taker, T read, int place) where TTaker : struct, IStrandTaker<T> => taker.Take(read, place, place < _end);
}

/// <summary>What a lane read at eight places of its strand.</summary>
internal struct Eight<T> where T : struct
{
    public const int Count = 8;

    public T X0, X1, X2, X3, X4, X5, X6, X7;
}
