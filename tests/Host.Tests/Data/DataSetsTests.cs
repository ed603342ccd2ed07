using GpuCgan.Host.Data;

namespace GpuCgan.Host.Tests.Data;

public sealed class DataSetsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static readonly byte[][] Contents =
        [IdxBytes.Images(4, 2, 2), IdxBytes.Labels(0, 1, 2, 9), IdxBytes.Images(2, 2, 2, salt: 5), IdxBytes.Labels(3, 4)];

    /// <summary>A set as small as the files that <see cref="PutSet"/> puts: MNIST under another name.</summary>
    private static readonly KnownDataSet Tiny = KnownSets.Of("tiny", Contents);

    /// <summary>Another set whose files have the same names and lengths.</summary>
    private static readonly KnownDataSet Twin = KnownSets.Of(
        "twin", IdxBytes.Images(4, 2, 2, salt: 1), IdxBytes.Labels(1, 1, 2, 9), IdxBytes.Images(2, 2, 2, salt: 6), IdxBytes.Labels(3, 5));

    private static TrainTestSplit Load(KnownDataSet set, DataFolders folders) => IdxDataSet.Load(set, folders, [Tiny, Twin]);

    private static TrainTestSplit LoadPath(string path) => DataSets.Load(new DataRequest(path, null));

    private DataFolders Folders => new(folder.Entry("given"), folder.Entry("environment"), folder.Entry("cache"));

    /// <summary>A folder with the four files of <see cref="Tiny"/>.</summary>
    private string PutSet(string name, string suffix = "", bool dotted = false, bool gzip = false)
    {
        string[] files = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];
        foreach (var (file, content) in files.Zip(Contents))
            Put(name, file, content, suffix, dotted, gzip);
        return folder.Entry(name);
    }

    private string Put(string name, string file, byte[] content, string suffix = "", bool dotted = false, bool gzip = false)
    {
        string path = Path.Combine(folder.Entry(name), (dotted ? file.Replace("-idx", ".idx") : file) + suffix);
        Directory.CreateDirectory(folder.Entry(name));
        File.WriteAllBytes(path, gzip ? IdxBytes.Gzip(content) : content);
        return path;
    }

    [Theory]
    [InlineData("", false, false)]
    [InlineData(".gz", false, true)]
    [InlineData("", true, false)]
    [InlineData(".gz", true, true)]
    [InlineData("", false, true)]
    public void Well_known_sets_are_read_under_every_name_of_their_files(string suffix, bool dotted, bool gzip)
    {
        string given = PutSet("given", suffix: suffix, dotted: dotted, gzip: gzip);
        (ImageDataSet train, ImageDataSet test) = Load(Tiny, Folders);
        Assert.Equal((4, 2, 10, given), (train.Count, test.Count, train.ClassNames.Count, train.Source));
        Assert.Equal([0, 1, 2, 9], train.Labels.ToArray());
        Assert.Equal([3, 4], test.Labels.ToArray());
        Assert.Equal(IdxBytes.Images(2, 2, 2, salt: 5)[16..], test.Pixels.ToArray());
        Assert.Equal(("tiny", "test: the test files"), (test.Name, test.SplitNote));
        Assert.Equal("class 7", train.ClassNames[7]);
    }

    [Fact]
    public void Names_are_found_in_any_case()
    {
        Assert.Equal(["digits", "mnist", "fashion-mnist"], DataSets.Known.Select(set => set.Name));
        Assert.Same(MnistDataSet.Set, DataSets.Find("MNIST"));
        Assert.Equal("Sneaker", DataSets.Find("Fashion-MNIST")!.ClassNames[7]);
        Assert.Null(DataSets.Find("mnits"));
    }

    [Fact]
    public void A_set_under_anothers_name_is_told_apart()
    {
        string given = PutSet("given");
        string message = Assert.Throws<InvalidDataException>(() => Load(Twin, Folders)).Message;
        Assert.StartsWith(Path.Combine(given, "train-images-idx3-ubyte") + ": by its SHA-256 it is tiny's, expected twin's", message);
        Assert.Contains("gpucgan data fetch twin", message);

        // One wrong file of four is enough, whichever it is.
        foreach (string file in (string[])["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
        {
            PutSet("given");
            byte[] content = File.ReadAllBytes(Path.Combine(given, file));
            content[^1] ^= 2;
            File.WriteAllBytes(Path.Combine(given, file), content);
            Assert.StartsWith(Path.Combine(given, file) + ": by its SHA-256 it is another file", Assert.Throws<InvalidDataException>(() => Load(Tiny, Folders)).Message);
        }

        PutSet("given");
        File.Copy(Path.Combine(given, "t10k-images-idx3-ubyte"), Path.Combine(given, "train-images-idx3-ubyte"), overwrite: true);
        File.Copy(Path.Combine(given, "t10k-labels-idx1-ubyte"), Path.Combine(given, "train-labels-idx1-ubyte"), overwrite: true);
        Assert.Contains("it is another of tiny's files", Assert.Throws<InvalidDataException>(() => Load(Tiny, Folders)).Message);
    }

    [Fact]
    public void A_folder_of_a_known_sets_files_is_that_set_whatever_its_name()
    {
        string path = PutSet("twin");
        (ImageDataSet train, ImageDataSet test) = IdxFolder.Load("twin", path, [Twin, Tiny]);
        Assert.Equal(("tiny", "tiny", "class 9"), (train.Name, test.Name, train.ClassNames[9]));
        Assert.Equal(("twin", "9"), (IdxFolder.Load("twin", path, [Twin]).Train.Name, IdxFolder.Load("twin", path, [Twin]).Train.ClassNames[9]));
    }

    [Fact]
    public void The_best_place_wins_and_a_subfolder_of_the_name_wins_over_its_folder()
    {
        string[] places = ["cache/tiny", "environment", "environment/tiny", "given", "given/tiny"];
        Directory.CreateDirectory(folder.Entry("given"));
        foreach (string place in places)
        {
            PutSet(place);
            Assert.Equal(folder.Entry(place), Load(Tiny, Folders).Train.Source);
        }

        Assert.Equal(folder.Entry("given/tiny"), Folders.DownloadFolderFor("tiny"));
        Assert.Equal(folder.Entry("cache/tiny"), (Folders with { Given = null, Environment = null }).DownloadFolderFor("tiny"));
    }

    [Fact]
    public void A_set_that_is_nowhere_names_the_places_looked_at()
    {
        Directory.CreateDirectory(folder.Entry("given"));
        string message = Assert.Throws<DirectoryNotFoundException>(() => Load(Tiny, Folders)).Message;
        foreach (string place in (string[])["given/tiny", "given", "environment/tiny", "environment", "cache/tiny"])
            Assert.Contains(folder.Entry(place), message);
        Assert.Contains("--data-dir", message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_mistyped_data_dir_is_not_passed_over()
    {
        PutSet("environment");
        Assert.Contains("--data-dir: there is no folder", Assert.Throws<DirectoryNotFoundException>(() => Load(Tiny, Folders)).Message);
        Assert.Equal(4, Load(Tiny, Folders with { Given = null }).Train.Count);
    }

    [Theory]
    [InlineData("train-labels-idx1-ubyte")]
    [InlineData("t10k-images-idx3-ubyte")]
    [InlineData("t10k-labels-idx1-ubyte")]
    public void A_missing_file_of_the_four_is_named(string file)
    {
        File.Delete(Path.Combine(PutSet("given"), file));
        string message = Assert.Throws<FileNotFoundException>(() => Load(Tiny, Folders)).Message;
        Assert.StartsWith(folder.Entry("given"), message);
        Assert.Contains($"'{file}' is missing", message);
    }

    [Fact]
    public void A_missing_test_pair_of_a_well_known_set_is_not_made_up()
    {
        string given = PutSet("given");
        File.Delete(Path.Combine(given, "t10k-images-idx3-ubyte"));
        File.Delete(Path.Combine(given, "t10k-labels-idx1-ubyte"));
        Assert.Contains("'t10k-images-idx3-ubyte' is missing", Assert.Throws<FileNotFoundException>(() => Load(Tiny, Folders)).Message);
    }

    [Fact]
    public void Files_that_do_not_go_together_are_refused()
    {
        string given = PutSet("given");
        string labels = Put("given", "train-labels-idx1-ubyte", IdxBytes.Labels(0, 1, 2));
        string message = Assert.Throws<InvalidDataException>(() => LoadPath(given)).Message;
        Assert.Contains($"{labels}: count is 3, expected 4 as in {given}", message);
        Assert.Contains("images and labels do not match in number", message);

        PutSet("given");
        string images = Put("given", "t10k-images-idx3-ubyte", IdxBytes.Images(2, 3, 2));
        Assert.Contains($"{images}: images are 3x2, expected 2x2", Assert.Throws<InvalidDataException>(() => LoadPath(given)).Message);
    }

    [Fact]
    public void A_folder_of_idx_files_is_a_data_set_with_the_classes_it_has()
    {
        string path = PutSet("own") + Path.DirectorySeparatorChar;
        (ImageDataSet train, ImageDataSet test) = LoadPath(path);
        Assert.Equal((4, 2, "own"), (train.Count, test.Count, train.Name));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => i.ToString()), train.ClassNames);
    }

    [Fact]
    public void A_folder_of_one_pair_is_split()
    {
        Put("own", "images-idx3-ubyte", IdxBytes.Images(20, 2, 2));
        Put("own", "labels-idx1-ubyte", IdxBytes.Labels([.. Enumerable.Range(0, 20).Select(i => (byte)(i % 2))]));
        (ImageDataSet train, ImageDataSet test) = LoadPath(folder.Entry("own"));
        Assert.Equal((16, 4, 2), (train.Count, test.Count, test.ClassNames.Count));
        Assert.Equal("test: 20 % of each class, seed 0", test.SplitNote);
    }

    [Fact]
    public void The_test_files_labels_count_as_classes_of_a_folder()
    {
        Put("own", "train-images-idx3-ubyte", IdxBytes.Images(1, 2, 2));
        Put("own", "train-labels-idx1-ubyte", IdxBytes.Labels(0));
        Put("own", "t10k-images-idx3-ubyte", IdxBytes.Images(1, 2, 2));
        Put("own", "t10k-labels-idx1-ubyte", IdxBytes.Labels(4));
        Assert.Equal(5, LoadPath(folder.Entry("own")).Train.ClassNames.Count);
    }

    [Fact]
    public void An_unknown_name_lists_the_known_ones_and_an_empty_folder_what_it_lacks()
    {
        string message = Assert.Throws<DirectoryNotFoundException>(() => LoadPath("mnits")).Message;
        Assert.Contains("data set 'mnits' is unknown", message);
        Assert.Contains("digits, mnist, fashion-mnist", message);
        Directory.CreateDirectory(folder.Entry("own"));
        Assert.Contains("the folder has neither IDX images nor folders of pictures", Assert.Throws<FileNotFoundException>(() => LoadPath(folder.Entry("own"))).Message);
    }

    [Fact]
    public void Digits_need_no_folder()
    {
        Assert.Equal(1797, DataSets.Known.Single(known => known.Name == "digits").Load(Folders) is var (train, test) ? train.Count + test.Count : 0);
        Assert.Equal("digits", DataSets.Default);
    }
}
