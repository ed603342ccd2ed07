using System.Globalization;
using GpuCgan.Host.Runs;
using GpuCgan.Host.Tests.Data;

namespace GpuCgan.Host.Tests.Runs;

public sealed class MetricsLogTests : IDisposable
{
    private const string Older = """{"step":1,"epoch":0.5,"seconds":2,"d_loss":3,"g_loss":4,"d_real":0.5,"d_fake":0.25,"images_per_second":640}""" + "\n";
    private const string Whole = """{"step":1,"epoch":0.5,"seconds":2,"d_loss":3,"g_loss":4,"d_real":0.5,"d_fake":0.25,"images_per_second":640,"g_gradient_norm":1.5,"d_gradient_norm":2,"real_distance":0.75,"fake_distance":0.5,"warnings":["collapse","d_wins"]}""" + "\n";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Log => folder.Entry("metrics.jsonl");

    private static MetricsRecord Record(long step) => new(step, step / 10.0, step * 0.1, 1.0 / 3, 1e-30, 0.5, 0.25, 12345.678) { GGradientNorm = 2.0 / 3, FakeDistance = 0.1 };

    private void Write(params long[] steps)
    {
        using MetricsLog log = MetricsLog.Open(Log);
        foreach (long step in steps)
            log.Append(Record(step));
    }

    [Fact]
    public void A_line_is_one_object_with_the_names_of_the_design()
    {
        using (MetricsLog log = MetricsLog.Open(Log))
            log.Append(new MetricsRecord(1, 0.5, 2, 3, 4, 0.5, 0.25, 640) { GGradientNorm = 1.5, DGradientNorm = 2, RealDistance = 0.75, FakeDistance = 0.5, Warnings = ["collapse", "d_wins"] });
        Assert.Equal(Whole, File.ReadAllText(Log));
        MetricsRecord read = Assert.Single(MetricsLog.Read(Log));
        Assert.Equal((1.5, 2, 0.75, 0.5), (read.GGradientNorm, read.DGradientNorm, read.RealDistance, read.FakeDistance));
        Assert.Equal(["collapse", "d_wins"], read.Warnings);
    }

    [Fact]
    public void Only_a_D_that_names_classes_has_their_figures_in_its_lines()
    {
        using (MetricsLog log = MetricsLog.Open(Log))
            log.Append(Record(1) with { ClassLoss = 0.25, RealClassAccuracy = 1, FakeClassAccuracy = 0.5 });
        Assert.Contains("""
            ,"class_loss":0.25,"real_class_accuracy":1,"fake_class_accuracy":0.5}
            """, File.ReadAllText(Log), StringComparison.Ordinal);
        MetricsRecord read = Assert.Single(MetricsLog.Read(Log));
        Assert.Equal((0.25, 1, 0.5), (read.ClassLoss, read.RealClassAccuracy, read.FakeClassAccuracy));
    }

    [Fact]
    public void A_line_of_before_there_were_gradients_and_warnings_is_read()
    {
        File.WriteAllText(Log, Older);
        MetricsRecord read = Assert.Single(MetricsLog.Read(Log));
        Assert.Equal(new MetricsRecord(1, 0.5, 2, 3, 4, 0.5, 0.25, 640), read);
        Assert.True(double.IsNaN(read.GGradientNorm) && double.IsNaN(read.FakeDistance));
        Assert.Empty(read.Warnings);
    }

    [Fact]
    public void A_regulariser_has_two_fields_and_other_lines_have_not()
    {
        using (MetricsLog log = MetricsLog.Open(Log))
        {
            log.Append(Record(1) with { Penalty = 0.5, Slope = double.NaN });
            log.Append(Record(2));
        }
        string[] lines = File.ReadAllLines(Log);
        Assert.Contains("\"penalty\":0.5,\"d_slope\":null", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("penalty", lines[1], StringComparison.Ordinal);
        IReadOnlyList<MetricsRecord> read = MetricsLog.Read(Log);
        Assert.Equal((0.5, double.NaN), (read[0].Penalty, read[0].Slope));
        Assert.True(read[1].Penalty is null && read[1].Slope is null);
    }

    [Fact]
    public void Lines_can_be_read_while_the_log_is_open_and_come_back_to_the_bit()
    {
        using MetricsLog log = MetricsLog.Open(Log);
        for (int step = 0; step < 20; step++)
        {
            log.Append(Record(step));
            Assert.Equal(Enumerable.Range(0, step + 1).Select(i => Record(i)), MetricsLog.Read(Log));
        }
    }

    [Fact]
    public void What_is_not_finite_is_null_in_the_file_and_NaN_when_read()
    {
        using (MetricsLog log = MetricsLog.Open(Log))
            log.Append(Record(1) with { DLoss = double.NaN, GLoss = double.PositiveInfinity, DReal = double.NegativeInfinity });
        Assert.Contains("\"d_loss\":null,\"g_loss\":null,\"d_real\":null,\"d_fake\":0.25", File.ReadAllText(Log));
        MetricsRecord read = Assert.Single(MetricsLog.Read(Log));
        Assert.Equal((double.NaN, double.NaN, double.NaN), (read.DLoss, read.GLoss, read.DReal));
    }

    [Fact]
    public void Numbers_are_written_the_same_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        try
        {
            CultureInfo.CurrentCulture = comma;
            Write(3);
            Assert.Equal([Record(3)], MetricsLog.Read(Log));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_last_line_torn_anywhere_is_passed_over_and_cut_off_by_who_goes_on()
    {
        Write(1, 2, 3);
        byte[] whole = File.ReadAllBytes(Log);
        int second = Array.IndexOf(whole, (byte)'\n', Array.IndexOf(whole, (byte)'\n') + 1) + 1;
        for (int length = second; length < whole.Length; length++)
        {
            File.WriteAllBytes(Log, whole[..length]);
            Assert.Equal([Record(1), Record(2)], MetricsLog.Read(Log));
            Write(3);
            Assert.Equal(whole, File.ReadAllBytes(Log));
        }
    }

    [Fact]
    public void Every_truncation_leaves_a_log_that_can_be_read()
    {
        Write(1, 2, 3);
        byte[] whole = File.ReadAllBytes(Log);
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(Log, whole[..length]);
            Assert.Equal(whole.AsSpan(0, length).Count((byte)'\n'), MetricsLog.Read(Log).Count);
        }
    }

    [Fact]
    public void Resuming_cuts_off_the_steps_that_are_taken_again()
    {
        Write(10, 20, 30, 40);
        using (MetricsLog log = MetricsLog.Open(Log, keepUpToStep: 20))
            log.Append(Record(30) with { DLoss = 9 });
        Assert.Equal([Record(10), Record(20), Record(30) with { DLoss = 9 }], MetricsLog.Read(Log));

        MetricsLog.Open(Log, keepUpToStep: 0).Dispose();
        Assert.Empty(MetricsLog.Read(Log));
    }

    [Theory]
    [InlineData("x\n", "line 1 is not JSON")]
    [InlineData(Whole + "\n" + Whole, "line 2 is not JSON")]
    [InlineData(Whole + "[]\n", "line 2 is no JSON object")]
    [InlineData("{\"step\":1,\"step\":1}\n", "has a name twice")]
    [InlineData("{}\n", "line 1, 'step' is missing or wrong, expected an integer")]
    [InlineData("{\"step\":1.5}\n", "'step' is missing or wrong")]
    [InlineData("{\"step\":-1}\n", "'step' is missing or wrong")]
    [InlineData("{\"step\":1}\n", "line 1, 'epoch' is missing or wrong, expected a number or null")]
    [InlineData("{\"step\":1,\"epoch\":\"1\"}\n", "'epoch' is missing or wrong")]
    [InlineData("""{"step":1,"epoch":0,"seconds":0,"d_loss":0,"g_loss":0,"d_real":0,"d_fake":0,"images_per_second":0,"real_distance":"far"}""" + "\n", "'real_distance' is missing or wrong")]
    [InlineData("""{"step":1,"epoch":0,"seconds":0,"d_loss":0,"g_loss":0,"d_real":0,"d_fake":0,"images_per_second":0,"warnings":[1]}""" + "\n", "'warnings' is wrong")]
    public void A_line_that_is_no_record_is_refused_by_number_and_field(string text, string complaint)
    {
        File.WriteAllText(Log, text);
        foreach (Action read in (Action[])[() => MetricsLog.Read(Log), () => MetricsLog.Open(Log).Dispose()])
        {
            string message = Assert.Throws<InvalidDataException>(read).Message;
            Assert.StartsWith(Log + ": ", message);
            Assert.Contains(complaint, message);
        }

        Assert.Equal(text, File.ReadAllText(Log));
    }

    [Fact]
    public void Fields_of_a_later_version_are_passed_over()
    {
        File.WriteAllText(Log, Whole.Replace("\"epoch\"", "\"h_loss\":1.5,\"epoch\""));
        Assert.Equal(640, Assert.Single(MetricsLog.Read(Log)).ImagesPerSecond);
    }

    [Fact]
    public void A_missing_log_is_named()
        => Assert.Contains("metrics.jsonl: there is no such file", Assert.Throws<FileNotFoundException>(() => MetricsLog.Read(Log)).Message);

    [Fact]
    public void Appending_allocates_nothing_once_warm()
    {
        using MetricsLog log = MetricsLog.Open(Log);
        MetricsRecord record = Record(5);
        for (int i = 0; i < 100; i++)
            log.Append(record);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            log.Append(record);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>A disk that is full after any number of bytes: no line is lost, none is torn, none is there twice.</summary>
    [Fact]
    public void Lines_that_the_disk_did_not_take_are_written_with_the_next_one()
    {
        Write(1, 2);
        byte[] before = File.ReadAllBytes(Log);
        int line = before.Length / 2;
        for (int room = 0; room <= 2 * line; room += 7)
        {
            File.WriteAllBytes(Log, before);
            FullDisk? disk = null;
            using (MetricsLog log = MetricsLog.Open(Log, long.MaxValue, file => disk = new FullDisk(file)))
            {
                disk!.Room = room;
                int failed = 0;
                foreach (long step in (long[])[3, 4, 5])
                {
                    try
                    {
                        log.Append(Record(step));
                    }
                    catch (IOException)
                    {
                        failed++;
                    }
                }

                Assert.InRange(failed, 1, 3);
                Assert.InRange(MetricsLog.Read(Log).Count, 2, 4);
                disk.Room = long.MaxValue;
                log.WritePending();
                Assert.Equal([1, 2, 3, 4, 5], MetricsLog.Read(Log).Select(record => record.Step));
                log.Append(Record(6));
            }

            Assert.Equal([1, 2, 3, 4, 5, 6], MetricsLog.Read(Log).Select(record => record.Step));
        }
    }

    private sealed class FullDisk(Stream file) : Stream
    {
        public long Room { get; set; } = long.MaxValue;

        public override bool CanRead => false;
        public override bool CanSeek => true;
        public override bool CanWrite => true;
        public override long Length => file.Length;
        public override long Position { get => file.Position; set => file.Position = value; }

        public override void Write(ReadOnlySpan<byte> bytes)
        {
            int taken = (int)Math.Min(Room, bytes.Length);
            file.Write(bytes[..taken]);
            Room -= taken;
            if (taken < bytes.Length)
                throw new IOException("No space left on device");
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
        public override void Flush() => file.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);
        public override void SetLength(long value) => file.SetLength(value);

        protected override void Dispose(bool disposing) => file.Dispose();
    }
}
