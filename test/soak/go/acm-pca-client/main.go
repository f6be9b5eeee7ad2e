// Command acm-pca-client calls AWS Private CA with the AWS SDK for Go: one request a line on standard input, one answer a line on
// standard output. A request is {"action", "input"}; {"action", "input", "pageSize"} asks for the SDK's paginator, and
// {"waiter", "input"} for its waiter. The settings come from the environment.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/acmpca"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const (
	protocol = "rpc-v2-cbor"
	pause    = time.Second
	patience = time.Minute
)

type request struct {
	Action   string
	Waiter   string
	PageSize int32
	Input    json.RawMessage
}

type failure struct {
	Name    string `json:"name"`
	Class   string `json:"class"`
	Message string `json:"message"`
}

type answer struct {
	Status int      `json:"status"`
	Output any      `json:"output,omitempty"`
	Error  *failure `json:"error,omitempty"`
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	client := open()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			return err
		}
		given, err := answerTo(ctx, client, asked)
		if err != nil {
			return err
		}
		if err := out.Encode(given); err != nil {
			return err
		}
	}
	return lines.Err()
}

func open() *acmpca.Client {
	credentials := aws.Credentials{
		AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
	}
	return acmpca.New(acmpca.Options{
		BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL")),
		Region:       os.Getenv("AWS_REGION"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return credentials, nil
		}),
		// The SDK takes LimitExceededException for throttling and would retry.
		Retryer:    aws.NopRetryer{},
		APIOptions: []func(*middleware.Stack) error{requireProtocol},
	})
}

// requireProtocol refuses answers in another protocol than the one this command is about.
func requireProtocol(stack *middleware.Stack) error {
	check := func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
		out middleware.DeserializeOutput, metadata middleware.Metadata, err error,
	) {
		out, metadata, err = next.HandleDeserialize(ctx, in)
		if response, ok := out.RawResponse.(*smithyhttp.Response); ok && response.Header.Get("smithy-protocol") != protocol {
			return out, metadata, fmt.Errorf("the answer is not in %s", protocol)
		}
		return out, metadata, err
	}
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("requireProtocol", check), middleware.After)
}

func answerTo(ctx context.Context, client *acmpca.Client, asked request) (any, error) {
	switch {
	case asked.Waiter != "":
		return wait(ctx, client, asked)
	case asked.PageSize > 0:
		return pages(ctx, client, asked)
	default:
		return call(ctx, client, asked)
	}
}

func call(ctx context.Context, client *acmpca.Client, asked request) (*answer, error) {
	action := reflect.ValueOf(client).MethodByName(asked.Action)
	if !action.IsValid() {
		return nil, fmt.Errorf("the SDK has no %s", asked.Action)
	}
	input := reflect.New(action.Type().In(1).Elem())
	if err := json.Unmarshal(asked.Input, input.Interface()); err != nil {
		return nil, err
	}
	results := action.Call([]reflect.Value{reflect.ValueOf(ctx), input})
	if err, _ := results[1].Interface().(error); err != nil {
		return failed(err)
	}
	return &answer{Status: 200, Output: present(results[0])}, nil
}

// failed is the answer that the service gave; any other failure ends the command.
func failed(err error) (*answer, error) {
	var response *awshttp.ResponseError
	var fault smithy.APIError
	if !errors.As(err, &response) || !errors.As(err, &fault) {
		return nil, err
	}
	class := reflect.TypeOf(fault).Elem().Name()
	return &answer{
		Status: response.HTTPStatusCode(),
		Error:  &failure{Name: fault.ErrorCode(), Class: class, Message: fault.ErrorMessage()},
	}, nil
}

// present gives the members that an output has, under their names in the API model.
func present(value reflect.Value) any {
	switch value.Kind() {
	case reflect.Pointer:
		return present(value.Elem())
	case reflect.Slice:
		items := make([]any, value.Len())
		for i := range items {
			items[i] = present(value.Index(i))
		}
		return items
	case reflect.Struct:
		if at, ok := value.Interface().(time.Time); ok {
			return at
		}
		return members(value)
	default:
		return value.Interface()
	}
}

func members(structure reflect.Value) map[string]any {
	found := map[string]any{}
	for i := range structure.NumField() {
		field, value := structure.Type().Field(i), structure.Field(i)
		isAbsent := (value.Kind() == reflect.Pointer || value.Kind() == reflect.Slice) && value.IsNil()
		isEmptyEnum := value.Kind() == reflect.String && value.Len() == 0
		if field.IsExported() && field.Name != "ResultMetadata" && !isAbsent && !isEmptyEnum {
			found[field.Name] = present(value)
		}
	}
	return found
}

func pages(ctx context.Context, client *acmpca.Client, asked request) (any, error) {
	switch asked.Action {
	case "ListCertificateAuthorities":
		input := &acmpca.ListCertificateAuthoritiesInput{MaxResults: &asked.PageSize}
		pager := acmpca.NewListCertificateAuthoritiesPaginator(client, input)
		return collect(ctx, pager.HasMorePages, pager.NextPage)
	case "ListPermissions":
		input := &acmpca.ListPermissionsInput{MaxResults: &asked.PageSize}
		if err := json.Unmarshal(asked.Input, input); err != nil {
			return nil, err
		}
		pager := acmpca.NewListPermissionsPaginator(client, input)
		return collect(ctx, pager.HasMorePages, pager.NextPage)
	case "ListTags":
		input := &acmpca.ListTagsInput{MaxResults: &asked.PageSize}
		if err := json.Unmarshal(asked.Input, input); err != nil {
			return nil, err
		}
		pager := acmpca.NewListTagsPaginator(client, input)
		return collect(ctx, pager.HasMorePages, pager.NextPage)
	default:
		return nil, fmt.Errorf("the SDK has no paginator for %s", asked.Action)
	}
}

func collect[Page any](
	ctx context.Context, more func() bool, next func(context.Context, ...func(*acmpca.Options)) (Page, error),
) ([]any, error) {
	found := []any{}
	for more() {
		page, err := next(ctx)
		if err != nil {
			return nil, err
		}
		found = append(found, present(reflect.ValueOf(page)))
	}
	return found, nil
}

func wait(ctx context.Context, client *acmpca.Client, asked request) (any, error) {
	read := func(input any) error { return json.Unmarshal(asked.Input, input) }
	var input any
	var waiting func() error
	switch asked.Waiter {
	case "AuditReportCreated":
		in := &acmpca.DescribeCertificateAuthorityAuditReportInput{}
		waiter := acmpca.NewAuditReportCreatedWaiter(client, func(o *acmpca.AuditReportCreatedWaiterOptions) {
			o.MinDelay, o.MaxDelay = pause, pause
		})
		input, waiting = in, func() error { return waiter.Wait(ctx, in, patience) }
	case "CertificateAuthorityCSRCreated":
		in := &acmpca.GetCertificateAuthorityCsrInput{}
		waiter := acmpca.NewCertificateAuthorityCSRCreatedWaiter(client, func(o *acmpca.CertificateAuthorityCSRCreatedWaiterOptions) {
			o.MinDelay, o.MaxDelay = pause, pause
		})
		input, waiting = in, func() error { return waiter.Wait(ctx, in, patience) }
	case "CertificateIssued":
		in := &acmpca.GetCertificateInput{}
		waiter := acmpca.NewCertificateIssuedWaiter(client, func(o *acmpca.CertificateIssuedWaiterOptions) {
			o.MinDelay, o.MaxDelay = pause, pause
		})
		input, waiting = in, func() error { return waiter.Wait(ctx, in, patience) }
	default:
		return nil, fmt.Errorf("the SDK has no waiter %s", asked.Waiter)
	}
	if err := read(input); err != nil {
		return nil, err
	}
	if err := waiting(); err != nil {
		return map[string]string{"failure": err.Error()}, nil
	}
	return struct{}{}, nil
}
