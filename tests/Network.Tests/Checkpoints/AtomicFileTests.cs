using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Network.Tests.Checkpoints;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Leaves_the_new_content_alone_in_the_folder()
    {
        string path = folder.File("a.bin");
        File.WriteAllBytes(path, [1, 2, 3]);
        File.WriteAllBytes(path + AtomicFile.TemporarySuffix, new byte[100]);

        AtomicFile.Write(path, stream => stream.Write([4, 5]));

        Assert.Equal([4, 5], File.ReadAllBytes(path));
        Assert.Equal(["a.bin"], folder.FileNames());
    }

    [Fact]
    public void A_write_that_fails_keeps_the_file_before_it_and_leaves_nothing_beside_it()
    {
        string path = folder.File("a.bin");
        File.WriteAllBytes(path, [1, 2, 3]);

        Assert.Throws<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[1000]);
            throw new IOException("disk full");
        }));

        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Equal(["a.bin"], folder.FileNames());
    }

    [Fact]
    public void The_final_name_does_not_show_before_the_content_is_whole()
    {
        string path = folder.File("a.bin");
        bool seen = true;

        AtomicFile.Write(path, stream =>
        {
            stream.Write([1]);
            stream.Flush();
            seen = File.Exists(path);
        });

        Assert.False(seen);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void A_temporary_file_that_another_writer_holds_is_not_deleted()
    {
        string path = folder.File("a.bin");
        AtomicFile.Write(path, stream =>
        {
            stream.Write([7]);
            Assert.Throws<IOException>(() => AtomicFile.Write(path, other => other.Write([8])));
        });

        Assert.Equal([7], File.ReadAllBytes(path));
    }
}
