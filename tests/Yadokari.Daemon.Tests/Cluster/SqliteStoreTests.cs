using Shouldly;
using Xunit;
using Yadokari.Daemon.Cluster;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Tests.Cluster;

public sealed class SqliteStoreTests(TemporaryFile file) : StoreTests, IClassFixture<TemporaryFile>
{
    protected override ICoordinationStore Open() => SqliteStore.Open(file.Path);

    [Fact]
    public void A_file_that_can_not_be_used_is_named_in_one_line()
    {
        YadoException failure = Should.Throw<YadoException>(() => SqliteStore.Open("/proc/none/cluster.db"));

        failure.Message.ShouldContain("/proc/none/cluster.db");
        failure.Message.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData("etcd://")]
    [InlineData("etcd://somewhere:2379")]
    [InlineData("etcd://127.0.0.1:2379,")]
    [InlineData("zookeeper://127.0.0.1")]
    [InlineData("sqlite://relative.db")]
    [InlineData("")]
    public void What_is_no_cluster_is_refused(string text) => Should.Throw<YadoException>(() => ClusterAddress.Open(text)).ExitStatus.ShouldBe(2);
}
