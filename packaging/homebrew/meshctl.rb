# `python packaging/release.py` fills in the version and the checksum of dist/, for a tap of your own.
class Meshctl < Formula
  include Language::Python::Virtualenv

  desc "Finds what is wrong with an Istio mesh, from its manifests"
  homepage "https://git.example.com/meshctl"
  url "https://git.example.com/meshctl/releases/v{version}/meshwright-{version}.tar.gz"
  sha256 "{sha256}"
  license "Apache-2.0"

  depends_on "python@3.13"

  def install
    ENV["PYTHON"] = Formula["python@3.13"].opt_bin/"python3.13"
    system "bash", "packaging/install", libexec, "cluster"
    bin.install_symlink libexec/"bin/meshctl", libexec/"bin/kubectl-mesh"
    generate_completions_from_executable(bin/"meshctl", "completion")
  end

  test do
    (testpath/"mesh.yaml").write <<~YAML
      apiVersion: rbac.istio.io/v1alpha1
      kind: RbacConfig
      metadata:
        name: default
    YAML
    assert_match "removed-istio-kind", shell_output("#{bin}/meshctl analyze mesh.yaml", 1)
  end
end
