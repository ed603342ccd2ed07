using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Operators;

public class KeyedShuffleTests
{
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(10), InlineData(64), InlineData(65), InlineData(1437), InlineData(60000)]
    public void AnEpochVisitsEveryImageOnce(int count)
    {
        foreach (long epoch in (long[])[0, 1, 1L << 33])
        {
            var seen = new bool[count];
            for (int i = 0; i < count; i++)
                seen[KeyedShuffle.IndexAt(17, Purpose.Shuffle, count, epoch * count + i)] = true;
            Assert.DoesNotContain(false, seen);
        }
    }

    [Fact]
    public void TheLargestCountIsPermutedToo()
    {
        for (int i = 0; i < 1000; i++)
            Assert.InRange(KeyedShuffle.IndexAt(3, 4, int.MaxValue, i), 0, int.MaxValue - 1);
    }

    [Fact]
    public void EpochsSeedsAndPurposesDiffer()
    {
        const int count = 1437;
        int[] Order(ulong seed, uint purpose, long epoch) => [.. Enumerable.Range(0, count).Select(i => KeyedShuffle.IndexAt(seed, purpose, count, epoch * count + i))];
        int[][] orders = [[.. Enumerable.Range(0, count)], Order(1, 1, 0), Order(1, 1, 1), Order(1, 1, 1L << 32), Order(2, 1, 0), Order(1UL << 32, 1, 0), Order(1, 2, 0)];
        for (int a = 0; a < orders.Length; a++)
        {
            for (int b = 0; b < a; b++)
            {
                // Two random orders agree in one place on average, and in more than 12 with probability below 10⁻⁹ (Poisson).
                int agreements = orders[a].Zip(orders[b]).Count(p => p.First == p.Second);
                Assert.True(agreements <= 12, $"Orders {a} and {b} agree in {agreements} of {count} places.");
            }
        }
    }

    /// <summary>Counts at, just above and between powers of four, where the network grows.</summary>
    [Theory]
    [InlineData(5), InlineData(10), InlineData(16), InlineData(17), InlineData(64), InlineData(65)]
    public void EveryImageComesToEveryPlaceEquallyOften(int count)
    {
        const int seeds = 5000;
        for (int place = 0; place < count; place++)
        {
            var counts = new int[count];
            for (int seed = 0; seed < seeds; seed++)
                counts[KeyedShuffle.IndexAt((ulong)seed, Purpose.Shuffle, count, place)]++;
            PhiloxTests.AssertUniform(counts, $"count {count}, place {place}");
        }
    }

    [Theory]
    [InlineData(3, 6), InlineData(4, 24), InlineData(5, 120)]
    public void EveryOrderComesEquallyOften(int count, int orders)
    {
        var counts = new Dictionary<string, int>();
        for (long epoch = 0; epoch < 200 * orders; epoch++)
        {
            string order = string.Join(' ', Enumerable.Range(0, count).Select(i => KeyedShuffle.IndexAt(23, Purpose.Shuffle, count, epoch * count + i)));
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }
        Assert.Equal(orders, counts.Count);
        PhiloxTests.AssertUniform([.. counts.Values], $"orders of {count}");
    }

    /// <summary>Count, batch, first step: batches within an epoch, across two, across many, longer than an item of work, and places beyond 2³².</summary>
    public static IEnumerable<object[]> Batches => [[10, 4, 0u], [1437, 64, 20u], [3, 64, 5u], [1, 7, 0u], [1000, 300, 2u], [60000, 512, ~0u - 2]];

    [Theory]
    [OnCpu(nameof(Batches)), OnCpuIlgpu(nameof(Batches)), OnCuda(nameof(Batches)), OnOpenCl(nameof(Batches))]
    public void BatchesFollowOneAnotherThroughTheStream(string device, int count, int batch, uint firstStep)
    {
        const ulong seed = 0x1234_5678_9ABC_DEF0;
        var d = TestDevice.Get(device);
        using var clock = new StepClock(d, 0);
        clock.Set(firstStep, seed);
        int copies = 1 + (count + batch) % 3;
        using var labels = d.Allocate<byte>(count);
        byte[] hostLabels = [.. Enumerable.Range(0, count).Select(i => (byte)(i * 7 + i / 256))];
        labels.Upload(hostLabels);
        using var indices = d.Allocate<int>(batch + 2);
        indices.Upload([.. Enumerable.Repeat(-7, batch + 2)]);
        using var batchLabels = d.Allocate<int>(copies * batch + 2);
        batchLabels.Upload([.. Enumerable.Repeat(-7, copies * batch + 2)]);
        var shuffle = new KeyedShuffle(d);
        for (int step = 0; step < 3; step++)
        {
            shuffle.Launch(clock.View, Purpose.Shuffle, labels.View, indices.View.SubView(1, batch), batchLabels.View.SubView(1, copies * batch));
            clock.Advance();
            long first = ((long)firstStep + step) * batch;
            int[] expected = [.. Enumerable.Range(0, batch).Select(r => KeyedShuffle.IndexAt(seed, Purpose.Shuffle, count, first + r))];
            Assert.Equal([-7, .. expected, -7], indices.Download());
            Assert.Equal([-7, .. Enumerable.Repeat(expected.Select(i => (int)hostLabels[i]), copies).SelectMany(l => l), -7], batchLabels.Download());
        }
    }

    [Fact]
    public void NothingToChooseFromIsRefused()
    {
        var d = TestDevice.Get("cpu");
        using var clock = new StepClock(d, 1);
        using var labels = d.Allocate<byte>(5);
        using var indices = d.Allocate<int>(4);
        using var batchLabels = d.Allocate<int>(8);
        var shuffle = new KeyedShuffle(d);
        Assert.Throws<ArgumentException>(() => shuffle.Launch(clock.View, 1, default, indices.View, batchLabels.View));
        Assert.Throws<ArgumentException>(() => shuffle.Launch(clock.View, 1, labels.View, default, batchLabels.View));
        Assert.Throws<ArgumentException>(() => shuffle.Launch(default, 1, labels.View, indices.View, batchLabels.View));
        Assert.Throws<ArgumentException>(() => shuffle.Launch(clock.View, 1, labels.View, indices.View, default));
        Assert.Throws<ArgumentException>(() => shuffle.Launch(clock.View, 1, labels.View, indices.View, batchLabels.View.SubView(0, 6)));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyedShuffle.IndexAt(1, 1, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyedShuffle.IndexAt(1, 1, 5, -1));
    }
}
