// Command aws-privateca-issuer-on-manifests is a cluster in a process: it reads manifests from its standard input, has the
// controllers of aws-privateca-issuer work on them until they want no more, and prints the objects as JSON, a list.
// A second run with what the first has printed, less its status, is what comes after a crash of the controllers.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/cert-manager/aws-privateca-issuer/pkg/api/v1beta1"
	"github.com/cert-manager/aws-privateca-issuer/pkg/aws"
	"github.com/cert-manager/aws-privateca-issuer/pkg/controllers"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
	kubernetes "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/record"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// A request is signed in one turn and fetched in the next; more are for a certificate that takes its time.
const mostTurns = 10

func main() {
	if err := run(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, manifests io.Reader, out io.Writer) error {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{kubernetes.AddToScheme, certmanager.AddToScheme, v1beta1.AddToScheme} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	objects, err := readObjects(scheme, manifests)
	if err != nil {
		return err
	}
	cluster := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).WithStatusSubresource(objects...).Build()
	for _, object := range objects {
		// What a controller could not do is told in the status; it would try again, which nothing here waits for.
		if err := settle(ctx, controllerOf(object, cluster, scheme), object); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", object.GetName(), err)
		}
		if err := cluster.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
			return err
		}
	}
	return json.NewEncoder(out).Encode(objects)
}

func readObjects(scheme *runtime.Scheme, manifests io.Reader) ([]client.Object, error) {
	var objects []client.Object
	documents := yaml.NewYAMLOrJSONDecoder(manifests, 4096)
	deserializer := serializer.NewCodecFactory(scheme).UniversalDeserializer()
	for {
		var document runtime.RawExtension
		if err := documents.Decode(&document); errors.Is(err, io.EOF) {
			return objects, nil
		} else if err != nil {
			return nil, err
		}
		decoded, _, err := deserializer.Decode(document.Raw, nil, nil)
		if err != nil {
			return nil, err
		}
		object, err := asRequested(decoded)
		if err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
}

func asRequested(decoded runtime.Object) (client.Object, error) {
	switch object := decoded.(type) {
	case *certmanager.Certificate:
		return requestCertificate(object)
	case client.Object:
		return object, nil
	default:
		return nil, fmt.Errorf("%T is no object of a cluster", decoded)
	}
}

func settle(ctx context.Context, controller reconcile.Reconciler, object client.Object) error {
	if controller == nil {
		return nil
	}
	request := reconcile.Request{NamespacedName: client.ObjectKeyFromObject(object)}
	for range mostTurns {
		result, err := controller.Reconcile(ctx, request)
		if err != nil || result.IsZero() {
			return err
		}
	}
	return fmt.Errorf("not settled after %d turns", mostTurns)
}

// controllerOf gives the controllers the settings of the issuer's own main.
func controllerOf(object client.Object, cluster client.Client, scheme *runtime.Scheme) reconcile.Reconciler {
	log, recorder := logr.Discard(), &record.FakeRecorder{}
	credentials := aws.CredentialOptions{ClusterIssuerAmbientCredentials: true}
	generic := &controllers.GenericIssuerReconciler{
		Client: cluster, Log: log, Scheme: scheme, Recorder: recorder,
		GetCallerIdentity: true, CredentialOptions: credentials,
	}
	switch object.(type) {
	case *v1beta1.AWSPCAIssuer:
		return &controllers.AWSPCAIssuerReconciler{Client: cluster, Log: log, Scheme: scheme, GenericController: generic}
	case *v1beta1.AWSPCAClusterIssuer:
		return &controllers.AWSPCAClusterIssuerReconciler{Client: cluster, Log: log, Scheme: scheme, GenericController: generic}
	case *certmanager.CertificateRequest:
		return &controllers.CertificateRequestReconciler{
			Client: cluster, Log: log, Scheme: scheme, Recorder: recorder,
			Clock: clock.RealClock{}, CheckApprovedCondition: true, CredentialOptions: credentials,
		}
	default:
		return nil
	}
}
